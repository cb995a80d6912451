//! What added structure and restraints weigh and cost, and what a car is then sold for (model section 8): direct
//! manufacturing cost, cost to the buyer and price, never mixed, in dollars of one year.

pub mod account;
mod file;
pub mod mass;
pub mod model;
pub mod money;
pub mod precedent;
pub mod price;
pub mod programme;

pub use account::{CostAccount, CostItem, CostKind, added_direct_cost};
pub use file::parse_costs;
pub use mass::{MassAccount, PathMass};
pub use model::CostModel;
pub use money::{ConsumerCost, Deflator, DirectManufacturingCost, Price, Quoted};
pub use precedent::{PrecedentRow, Relation};
pub use price::{PriceBuildUp, PriceItem, imported_price_usd, price_in_us};
pub use programme::{Change, Programme};
