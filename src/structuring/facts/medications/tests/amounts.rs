//! How much is taken, and how often.

use super::*;

#[test]
fn a_range_is_no_single_dose() {
    for (line, expected) in [
        (
            "D: I'd like you to take insulin lispro, four to six units with meals.",
            "start Insulin lispro 4 to 6 units with meals",
        ),
        (
            "D: And let's start oxycodone, 5 to 10 milligrams every four to six hours as needed.",
            "start Oxycodone 5 to 10 mg every 4 to 6 hours as needed",
        ),
        ("P: I take one or two tablets of Tylenol at night.", "taken Tylenol 1 to 2 tablets at bedtime"),
        ("P: I take half a milligram of clonazepam at night.", "taken Clonazepam 0.5 mg at bedtime"),
        (
            "D: Start insulin, four to six units.\nP: Four to six. And the cream?\nD: One percent. For the cough, take five \
            to ten mils of the syrup, every four to six hours.",
            "start Insulin 4 to 6 units",
        ),
    ] {
        assert_eq!(said(line), [expected], "{line}");
    }
}

#[test]
fn the_dose_of_what_begins_is_not_that_of_what_ends() {
    assert_eq!(
        said("D: I want to stop the hydrochlorothiazide and start loss artin 50 milligrams once a day instead."),
        ["stop Hydrochlorothiazide"]
    );
    assert_eq!(
        said("D: Hydrochlorothiazide can bring that on, so I want to stop it and start loss artin 50 milligrams."),
        ["stop Hydrochlorothiazide"]
    );
    assert_eq!(
        said(
            "P: Hydrochlorothiazide, 25 milligrams every morning.\nD: Stop the hydrochlorothiazide.\nD: And start loss artin, fifty milligrams."
        ),
        ["stop Hydrochlorothiazide 25 mg once daily"]
    );
}

#[test]
fn a_new_dose_has_its_own_sig() {
    assert_eq!(
        said(
            "D: You're taking the metformin, a thousand twice a day?\nP: Once a day.\nD: I'd like to switch the metformin to the extended release, that's five hundred milligrams, two tablets with dinner."
        ),
        ["change Metformin 1000 mg once daily"]
    );
    assert_eq!(said("D: Right, losartan fifty. Keep that too."), ["continue Losartan 50 mg"]);
}

#[test]
fn an_amount_of_change_is_no_dose() {
    assert_eq!(
        said("D: I'd go up on the Lantus by four units, so twenty four units at night."),
        ["increase Lantus 24 units at bedtime"]
    );
}

#[test]
fn doses_before_the_name_belong_to_it() {
    assert_eq!(
        said("P: I take 20 milligrams of lisinopril and 500 milligrams of metformin."),
        ["taken Lisinopril 20 mg", "taken Metformin 500 mg"]
    );
    assert_eq!(said("P: I use two puffs of albuterol when I need it."), ["taken Albuterol 2 puffs as needed"]);
}

#[test]
fn how_often_something_else_is_done_is_no_sig() {
    assert_eq!(
        said("D: Tylenol is fine, if you need something. Keep checking at home, twice a week."),
        ["start Tylenol as needed"]
    );
    assert_eq!(said("D: Start naproxen. Take one twice a day, with food."), ["start Naproxen twice daily"]);
}

#[test]
fn a_corrected_dose_is_remembered() {
    let transcript = transcript("D: Prednisone, fifty milligrams, no, sorry, forty milligrams, once a day.");
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert_eq!(spoken.taken_back.len(), 1);
    assert_eq!((spoken.taken_back[0].name.as_str(), spoken.taken_back[0].dose.value), ("prednisone", 50.0));
}

#[test]
fn a_childs_volume_is_a_dose() {
    assert_eq!(
        said("D: I'll prescribe amoxicillin, six and a half mils twice a day for ten days."),
        ["start Amoxicillin 6.5 mL twice daily"]
    );
}

#[test]
fn how_often_a_test_is_done_is_no_frequency() {
    assert_eq!(
        said("D: You take warfarin?\nP: Yes, and I come every two weeks for the finger stick."),
        ["taken Warfarin"]
    );
}

#[test]
fn as_much_a_day_in_fewer_doses_is_no_increase() {
    assert_eq!(
        said(
            "D: You're taking the metformin a thousand twice a day?\nP: Yes.\nD: Let's switch the metformin to the extended release, two thousand once a day."
        ),
        ["change Metformin 2000 mg once daily"]
    );
}

#[test]
fn what_is_not_taken_keeps_the_dose_that_is_said_of_it() {
    let found = said("D: Why aren't you taking the lisinopril, twenty milligrams?\nP: I am, every day.");
    assert!(found.iter().any(|one| one.contains("Lisinopril 20 mg")), "{found:?}");
}

#[test]
fn parts_of_a_tablet_are_multiplied() {
    for (line, expected) in [
        ("P: Metoprolol, I take a quarter of a 100 milligram tablet.", "taken Metoprolol 25 mg"),
        ("P: I take half of a 50 milligram tablet of losartan every day.", "taken Losartan 25 mg once daily"),
        ("D: Start atorvastatin, half a 40 milligram tablet at night.", "start Atorvastatin 20 mg at bedtime"),
    ] {
        assert_eq!(said(line), [expected], "{line}");
    }
}

#[test]
fn how_many_of_a_strength_are_taken_is_multiplied() {
    let found = said("P: Ibuprofen, two hundred milligrams, two of them three times a day.");
    assert_eq!(found, ["taken Ibuprofen 400 mg three times daily"]);
}

#[test]
fn a_bare_dose_that_is_corrected_is_a_dose() {
    let found = said(
        "D: And I'm starting spironolactone, hmm, let me think. Twenty-five. No, let's do twelve and a half a day, half a tablet.",
    );
    assert_eq!(found, ["start Spironolactone 12.5 mg once daily"]);
}

#[test]
fn what_the_patient_went_back_to_goes_on() {
    let found = said(
        "D: So the sertraline, you're taking a hundred and fifty?\nP: I went back to a hundred, the one fifty made me jittery.\n\
         D: Okay, a hundred then.\nP: Yes.\nD: I'd stay at a hundred of the sertraline for now and not go back up.",
    );
    assert_eq!(found, ["continue Sertraline 100 mg"]);
}

#[test]
fn a_dose_that_is_doubled_is_the_new_one() {
    let found = said("D: I want to double your lisinopril, you're on ten, we'll go to twenty milligrams once a day.");
    assert_eq!(found, ["increase Lisinopril 20 mg once daily"]);
}

#[test]
fn a_dose_that_is_said_back_is_not_the_last_medicines() {
    let found = said(
        "D: And you're still on the Lantus, thirty units at bedtime?\nP: Twenty-six. You told me thirty last time but I went low so I went back to twenty-six.\n\
         D: You take the Humalog still?\nP: Eight units at breakfast and lunch, and ten with supper.\n\
         D: I want the supper Humalog down to eight, so you don't go low. Leave the Lantus where it is, at twenty-six.\n\
         P: So eight across the board, then.\nD: Exactly.",
    );
    assert_eq!(found, ["continue Lantus 26 units at bedtime", "decrease Humalog"]);
}

#[test]
fn down_to_is_less_whatever_was_said_of_tablets() {
    let found = said(
        "D: Tell me what you're taking of the methotrexate.\n\
         P: Six tablets on a Friday. No, sorry, that was before, it's eight now, the little two and a half ones.\n\
         D: Eight, so twenty milligrams, once a week, and folic acid?\nP: Every day except Friday, one milligram.\n\
         D: Change the methotrexate from tablets to the injection, and down to fifteen milligrams a week, same day.",
    );
    assert!(found[0].starts_with("decrease Methotrexate 15 mg a week"), "{found:?}");
}

#[test]
fn how_often_is_said_before_the_strength() {
    let found = said(
        "D: For the iron, let's restart, but one tablet every other day. Three twenty-five of ferrous sulfate, with orange juice.",
    );
    assert!(found.len() == 1 && found[0].contains("every other day"), "{found:?}");
    let found = said("P: I've been taking Tums, like four or five a day, and it barely touches it.");
    assert_eq!(found, ["taken Tums four or five a day"]);
}

#[test]
fn what_is_told_and_then_moved_is_more() {
    let found = said(
        "D: You're taking the levothyroxine, still a hundred?\nP: A hundred micrograms, yes.\n\
         D: Your TSH came back at four point six. In pregnancy I want it under three for you, so we'll go to one hundred twenty five micrograms.",
    );
    assert_eq!(found, ["increase Levothyroxine 125 mcg"]);
}
