//! A reference run whose bits are pinned: a change of the kernel that moves any of them is seen, meant or not.
//!
//! To pin again: `cargo test --release --test pinned` prints the new hash; put it below and say in the
//! changelog what moved.

mod common;

use common::{bits, case, example};
use crumple::collision::assemble;
use crumple::dynamics::{Plan, simulate};
use sha2::{Digest, Sha256};

const PINNED: &str = "613d8b534a2da7fdcb3f75b408d5b4887835cfaac7e90f198bec5b0b471f5f5e";

/// SHA-256 of every sample of the worked pair at half overlap, 48 km/h each, 100 ms at 10 us.
#[test]
fn the_reference_run_has_the_pinned_bits() {
    let [kei, pickup] = ["example-kei.toml", "example-pickup.toml"].map(example);
    let net = assemble(&case(&kei, &pickup, [40.0 / 3.0; 2], 0.5, true))
        .expect("assembles")
        .network;
    let record = simulate(&net, &Plan::new(0.1, 1e-5)).expect("runs");
    let mut hash = Sha256::new();
    for word in bits(&net, &record) {
        hash.update(word.to_le_bytes());
    }
    let hash: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hash, PINNED, "the reference run has moved; the new hash is {hash}");
}
