//! What a kei car needs against a pickup: kilograms, dollars and the design.
//!
//! `cargo run --release --example sizing`

use crumple::dynamics::Plan;
use crumple::error::Error;
use crumple::sizing::evaluate::{SEARCH_STEP_S, VERIFY_STEP_S};
use crumple::sizing::optimise::optimise;
use crumple::sizing::{Answer, Question, Vary};
use crumple::vehicle::Library;

fn main() -> Result<(), Error> {
    let library = Library::find(None)?;
    let vehicle = library.vehicle("honda-n-box-jf1")?;
    let question = Question {
        partners: vec!["ford-f-150-2018".into()],
        speeds_kmh: vec![40.0],
        limits: vec!["joint_without_neck=0.15".parse()?, "intrusion_mm=250".parse()?],
        vary: Vary::Both,
        ..Question::default()
    };
    let data = question.data(&library)?;
    let problem = question.problem(&vehicle, &data);
    let mut evaluator = question
        .evaluator(&library, &data, Plan::new(0.2, VERIFY_STEP_S))?
        .for_search(0.2, SEARCH_STEP_S);
    let answer = Answer::new(&vehicle, optimise(&problem, &mut evaluator)?, &data);
    println!("can be met: {}", answer.feasible);
    println!(
        "added: {:.1} kg, {:.0} $",
        answer.added_mass_kg,
        answer.added_cost_usd.usd()
    );
    for (path, factor) in &answer.design.strength {
        println!("{path}: {factor:.2} times as strong");
    }
    Ok(())
}
