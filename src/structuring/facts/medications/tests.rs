//! What people say of medicines, line by line.

mod amounts;
mod exchanges;
mod plans;
mod recognised;

use super::*;
use crate::{
    domain::{Medication, Transcript},
    structuring::testing::transcript,
};

/// Each medicine as it is read, whether or not the note shows its words instead.
fn said(lines: &str) -> Vec<String> {
    let transcript = transcript(lines);
    let show = |medication: Medication| {
        let action = serde_json::to_value(medication.action).expect("an action has a name");
        format!("{} {}", action.as_str().unwrap_or_default(), medication.text.as_str())
    };
    readings(&transcript).into_iter().map(show).collect()
}

fn readings(transcript: &Transcript) -> Vec<Medication> {
    let (visit, table) = (Visit::new(transcript), DrugTable::bundled());
    fold::fold(&visit, table, &mentions(&visit, table)).into_iter().map(|one| one.medication).collect()
}

#[test]
fn question_and_answer_make_one_medicine() {
    assert_eq!(
        said(
            "D: Good. And you're still taking the lisinopril?\nP: Yep. Ten milligrams. No, wait, you raised it. Twenty milligrams, once a day in the morning.\nD: Twenty, that's what I have. And the metformin?\nP: Five hundred, twice a day, with food."
        ),
        ["taken Lisinopril 20 mg once daily", "taken Metformin 500 mg twice daily"]
    );
}

#[test]
fn a_decision_can_be_taken_back() {
    let before = "P: I take metoprolol, fifty milligrams once a day.\n";
    for (lines, expected) in [
        (
            "D: Let's increase the metoprolol to seventy five. No, keep it as it is, fifty.",
            "continue Metoprolol 50 mg once daily",
        ),
        (
            "D: Let's increase the metoprolol to seventy five.\nP: It makes me tired.\nD: Okay, on second thought, let's not.",
            "continue Metoprolol 50 mg once daily",
        ),
        ("D: Let's stop the metoprolol. Actually, keep it.", "continue Metoprolol 50 mg once daily"),
        (
            "D: I'll increase the metoprolol to seventy five. No, sorry, make that one hundred.",
            "increase Metoprolol 100 mg once daily",
        ),
    ] {
        assert_eq!(said(&format!("{before}{lines}")), [expected], "{lines}");
    }
    assert!(said("D: Let's start amlodipine, five milligrams. No, never mind.").is_empty());
    assert_eq!(
        said("D: Start amlodipine, five milligrams a day. Take it in the morning and keep it dry."),
        ["start Amlodipine 5 mg once daily"]
    );
}

#[test]
fn an_answer_about_something_else_takes_nothing_back() {
    assert_eq!(
        said(
            "P: I take furosemide, 20 milligrams in the morning.\nD: I'd like to increase the furosemide to 40 milligrams daily.\nP: Do I need to go to the hospital?\nD: Not today."
        ),
        ["increase Furosemide 40 mg once daily"]
    );
}

#[test]
fn a_rejected_medicine_does_not_take_the_next_along() {
    for lines in [
        "D: I thought about sucralfate, but I'd rather start pantoprazole 40 milligrams once a day.",
        "D: Instead of sucralfate, let's start pantoprazole 40 milligrams once a day.",
        "D: Normally I'd use omeprazole, but I'll start pantoprazole 40 milligrams once a day.",
    ] {
        assert_eq!(said(lines), ["start Pantoprazole 40 mg once daily"], "{lines}");
    }
    assert!(said("P: Could we use azithromycin?\nD: No, azithromycin doesn't work well here.").is_empty());
}

#[test]
fn what_a_medicine_is_not_denies_no_other() {
    assert_eq!(
        said("D: It's not a sulfa drug, and for the burning, phenazopyridine, 200 milligrams three times a day."),
        ["start Phenazopyridine 200 mg three times daily"]
    );
    assert!(said("P: I don't take aspirin, and for the pain no ibuprofen.").is_empty());
}

#[test]
fn what_the_patient_asks_is_answered() {
    for (lines, expected) in [
        ("P: Should I keep the lisinopril?\nD: Yes, keep taking it.", "continue Lisinopril"),
        ("P: Can I still take my atorvastatin?\nD: Yes, continue it.", "continue Atorvastatin"),
        ("P: What about my atorvastatin?\nD: Stop that one.", "stop Atorvastatin"),
        (
            "D: Are you on metformin 500 twice a day?\nP: No, a thousand twice a day.",
            "taken Metformin 1000 mg twice daily",
        ),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
    assert!(said("D: And glipizide?\nP: I never started it.").is_empty());
}

#[test]
fn a_corrected_frequency_stands() {
    assert_eq!(
        said("P: I take ibuprofen 600 milligrams three times a day. Sorry, twice a day, not three times."),
        ["taken Ibuprofen 600 mg twice daily"]
    );
}

#[test]
fn a_correction_by_another_speaker_is_told() {
    let doses = |lines: &str| {
        let transcript = transcript(lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        let taken = spoken.medications[0].dose.as_ref().map(|dose| dose.value);
        (taken, spoken.disputed.iter().map(|one| one.other.value).collect::<Vec<_>>())
    };
    let first = "P: I take ibuprofen, 200 milligrams.\n";
    assert_eq!(doses(&format!("{first}D: No, make that 400 milligrams.")), (Some(400.0), vec![200.0]));
    assert_eq!(doses(&format!("{first}D: No, it says 400 milligrams here.")), (Some(200.0), vec![400.0]));
    assert_eq!(doses(&format!("{first}P: No, make that 400 milligrams.")), (Some(400.0), vec![]));
    assert_eq!(doses(&format!("{first}D: No problem.")), (Some(200.0), vec![]));
    assert_eq!(
        doses(&format!("{first}D: And your knee?\nP: The ibuprofen, I take 400 milligrams.")),
        (Some(400.0), vec![200.0])
    );
    assert_eq!(
        doses(&format!("{first}D: And your knee?\nP: I take 200 milligrams of ibuprofen.")),
        (Some(200.0), vec![])
    );
    assert_eq!(
        doses(&format!("{first}D: Take ibuprofen, 600 milligrams three times a day.\nP: Ibuprofen, 600 milligrams.")),
        (Some(600.0), vec![])
    );
}

#[test]
fn what_another_takes_is_left_out() {
    assert_eq!(
        said("D: You take the omeprazole?\nP: Yes, but my sister says it's wrong. She takes pantoprazole."),
        ["taken Omeprazole"]
    );
}

#[test]
fn what_was_taken_long_ago_is_over() {
    let over = |lines: &str| {
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        found.into_iter().map(|one| (one.name, one.action, one.past)).collect::<Vec<_>>()
    };
    for lines in [
        "P: I used to take simvastatin, but I stopped that last year.",
        "P: I took simvastatin in 2019, not any more.",
        "P: I stopped the simvastatin last month.",
        "P: They had me on simvastatin, ten milligrams. I came off it two years ago.",
        "D: Are you taking the simvastatin?\nP: I was taking it, but I've kind of weaned myself off of it.",
        "D: What have you taken?\nP: I've taken simvastatin.\nD: Are you still taking any of these?\nP: No, nothing helped.",
    ] {
        assert_eq!(over(lines), [("simvastatin".to_owned(), MedicationAction::Taken, true)], "{lines}");
    }
    for lines in ["P: I've tried simvastatin, it helps.", "P: I took simvastatin this morning."] {
        assert!(!over(lines)[0].2, "{lines}");
    }
    assert_eq!(
        said("P: I used to take simvastatin.\nD: Let's start simvastatin again, 20 milligrams at bedtime."),
        ["start Simvastatin 20 mg at bedtime"]
    );
}

#[test]
fn what_was_only_weighed_is_not_begun() {
    for lines in [
        "D: For the tingling we could try gabapentin, but let's hold off and get the sugars down first.",
        "D: We could add gabapentin, but not yet.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
}

#[test]
fn a_childs_medicine_is_given() {
    let transcript = transcript(
        "D: I'm going to give him azithromycin. A hundred and sixty milligrams today, and then eighty milligrams once a day for four more days.",
    );
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert_eq!(spoken.medications[0].action, MedicationAction::Start);
    assert_eq!(spoken.unsettled.len(), 1);
}

#[test]
fn what_is_forbidden_ends() {
    assert_eq!(said("P: I take Viagra sometimes.\nD: You can't take Viagra with nitroglycerin.")[0], "stop Viagra");
    assert_eq!(said("D: I'll take propranolol off your list. No beta blockers for you."), ["stop Propranolol"]);
}

#[test]
fn what_is_held_for_some_days_goes_on() {
    assert_eq!(
        said(
            "P: Warfarin, seven and a half milligrams.\nD: Hold the warfarin tonight and tomorrow. Then restart at five milligrams every day.\nP: So not seven and a half on Saturday?\nD: Correct, no seven and a half."
        ),
        ["decrease Warfarin 5 mg once daily"]
    );
}

#[test]
fn what_took_the_place_of_another_is_the_one_in_use() {
    let past = |lines: &str| {
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        found.into_iter().map(|one| (one.name, one.past)).collect::<Vec<_>>()
    };
    for (lines, expected) in [
        ("P: I was on clopidogrel. They changed that to ticagrelor.", [("clopidogrel", true), ("ticagrelor", false)]),
        ("P: They changed me from diltiazem to verapamil.", [("diltiazem", true), ("verapamil", false)]),
    ] {
        assert_eq!(past(lines), expected.map(|(name, past)| (name.to_owned(), past)), "{lines}");
    }
    assert_eq!(past("P: I took metronidazole. I finished it on Friday."), [("metronidazole".to_owned(), true)]);
}

#[test]
fn what_depends_on_a_later_result_is_not_begun() {
    assert!(said("D: If the LDL is still over seventy in six weeks, we'll add ezetimibe, ten milligrams.").is_empty());
    assert_eq!(said("D: If it hurts, take ibuprofen, four hundred milligrams."), ["start Ibuprofen 400 mg"]);
}

#[test]
fn a_stop_can_be_taken_back_in_two_sentences() {
    assert_eq!(
        said("D: You can stop the allopurinol. No, hang on, your uric acid is still eight. Stay on the three hundred."),
        ["continue Allopurinol 300 mg"]
    );
}

#[test]
fn what_is_in_use_goes_on() {
    assert_eq!(
        said("D: You're still taking the lisinopril?\nP: Yes.\nD: Okay, take the lisinopril 20 milligrams once a day."),
        ["continue Lisinopril 20 mg once daily"]
    );
}

#[test]
fn the_clinician_decides() {
    for (lines, expected) in [
        ("D: I want to increase your Lasix to 80 mg once a day.", "increase Lasix 80 mg once daily"),
        ("D: I want to add amlodipine, five milligrams once a day.", "start Amlodipine 5 mg once daily"),
        ("D: Let's stop the atenolol.", "stop Atenolol"),
        ("D: Keep the lisinopril where it is.", "continue Lisinopril"),
        ("D: Don't stop the warfarin.", "continue Warfarin"),
        ("D: We'll cut your prednisone to ten milligrams a day.", "decrease Prednisone 10 mg once daily"),
        ("D: I'll refill your metformin, 500 milligrams twice a day.", "continue Metformin 500 mg twice daily"),
        (
            "D: I'd like to take the sertraline up to one hundred milligrams a day.",
            "increase Sertraline 100 mg once daily",
        ),
        (
            "D: For the burning, phenazopyridine, two hundred milligrams three times a day.",
            "start Phenazopyridine 200 mg three times daily",
        ),
        ("D: Take naproxen instead, five hundred milligrams twice a day.", "start Naproxen 500 mg twice daily"),
        (
            "P: I take fifty milligrams of sertraline.\nD: Let's have you take one hundred milligrams of sertraline once a day.",
            "increase Sertraline 100 mg once daily",
        ),
        ("D: Tylenol is fine, if you need something.", "start Tylenol as needed"),
        (
            "P: I take apixaban.\nD: They hold on to salt, and with the apixaban they can make you bleed.",
            "taken Apixaban",
        ),
        ("D: The carvedilol stays the same.", "continue Carvedilol"),
        (
            "D: Start levothyroxine one hundred and twelve micrograms every morning.",
            "start Levothyroxine 112 mcg once daily",
        ),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
}

#[test]
fn a_switch_ends_one_and_begins_another() {
    assert_eq!(
        said("D: I'd like to switch you from lisinopril to losartan, fifty milligrams once a day."),
        ["stop Lisinopril", "start Losartan 50 mg once daily"]
    );
}

#[test]
fn corrections_win_also_in_the_next_turn() {
    assert_eq!(
        said("D: Let's start atorvastatin, twenty milligrams at bedtime. No, make that forty."),
        ["start Atorvastatin 40 mg at bedtime"]
    );
    assert_eq!(
        said("D: Let's start atorvastatin, twenty milligrams.\nP: Okay.\nD: Sorry, make that forty milligrams."),
        ["start Atorvastatin 40 mg"]
    );
    assert_eq!(said("P: I'm on omeprazole.\nD: Okay. Let's stop that."), ["stop Omeprazole"]);
}

#[test]
fn what_the_patient_does_not_take_is_left_out() {
    for lines in [
        "P: I don't take aspirin.",
        "P: My mother takes warfarin.",
        "P: A guy at work got oxycodone for his.",
        "O: I take sumatriptan for mine.",
        "P: My knee doctor said I can take ibuprofen?\nD: I'd stay away from ibuprofen.",
        "D: I'd normally say propranolol, but not with asthma.",
        "D: I'm not going to start metformin today.",
        "D: I did think about hydrochlorothiazide instead.",
        "D: I'd stay away from ibuprofen, it pushes up your blood pressure.",
        "D: Any allergies?\nP: Just penicillin.",
        "P: I'm allergic to amoxicillin.",
        "D: Are you taking any aspirin?\nP: No.",
        "D: Your vitamin D level is low.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
}

#[test]
fn advice_against_a_medicine_is_kept_and_nothing_given() {
    for lines in [
        "P: My knee doctor said I can take ibuprofen?\nD: I'd stay away from ibuprofen. It pushes up your blood pressure.",
        "P: My knee doctor said can take ibuprofen.\nD: It's day away from ibuprofen.",
        "D: Don't take ibuprofen with that.",
        "D: I'd rather not use ibuprofen, with your kidneys.",
    ] {
        let transcript = transcript(lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert!(spoken.medications.is_empty(), "{lines}: {:?}", spoken.medications);
        assert_eq!(spoken.avoided[0].name, "ibuprofen", "{lines}");
    }
    assert_eq!(
        said("P: I take ibuprofen every day.\nD: Stay away from ibuprofen from now on."),
        ["stop Ibuprofen once daily"]
    );
    assert_eq!(said("D: Avoid alcohol while you take metronidazole."), ["taken Metronidazole"]);
}

#[test]
fn a_question_mark_of_the_recogniser_hides_no_proposal() {
    assert_eq!(
        said("D: Your blood pressure is too high, so want to add amlodipine?\nP: 5 milligrams once a day."),
        ["start Amlodipine 5 mg once daily"]
    );
    assert_eq!(said("D: Do you want to try amlodipine?\nP: No, thanks."), [""; 0]);
}

/// The names of medicines that came up without being taken.
fn only_named(lines: &str) -> Vec<String> {
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert!(spoken.medications.is_empty(), "{lines}: {:?}", spoken.medications);
    spoken.named.into_iter().map(|one| one.name).collect()
}

#[test]
fn what_only_came_up_is_not_taken() {
    for (lines, name) in [
        ("P: Varenicline gave me crazy dreams. I'd do the gum.", "varenicline"),
        ("P: I had a bleeding ulcer in 2015. From the naproxen.", "naproxen"),
        ("D: If it's no better we'll switch. Something like escitalopram, maybe.", "escitalopram"),
        ("D: You'll want some aspirin in the next pregnancy.", "aspirin"),
        ("P: In the emergency room they slowed it down with diltiazem.", "diltiazem"),
    ] {
        assert_eq!(only_named(lines), [name], "{lines}");
    }
    for lines in [
        "P: What about the oxycodone my buddy got?",
        "P: And there's the lorazepam, but that's my dad's.",
        "D: I want some bloods: a blood count, B12, vitamin D.",
        "D: We could try pregabalin.\nP: I don't know.\nD: Let's keep that in our back pocket.",
        "D: Finasteride, five milligrams once a day. Actually, no, let's hold off on the finasteride.",
        "D: We'll give you a breathing treatment here right now, some albuterol.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
}

#[test]
fn what_is_in_use_is_taken() {
    for (lines, expected) in [
        ("D: What are you taking?\nP: Just the metformin. And iron.", vec!["taken Metformin", "taken Iron"]),
        ("D: And the omeprazole?\nP: Yep.", vec!["taken Omeprazole"]),
        ("P: My gabapentin ran out.", vec!["taken Gabapentin"]),
        ("P: I use ibuprofen sometimes.", vec!["taken Ibuprofen"]),
    ] {
        assert_eq!(said(lines), expected, "{lines}");
    }
}

#[test]
fn what_comes_instead_begins() {
    for (lines, expected) in [
        (
            "D: Instead of the lisinopril I'll start losartan, fifty milligrams once a day.",
            "start Losartan 50 mg once daily",
        ),
        (
            "D: Normally I'd use Augmentin but you can't have that, so doxycycline, a hundred milligrams twice a day.",
            "start Doxycycline 100 mg twice daily",
        ),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
    assert_eq!(
        said("P: I take Claritin-D every day.\nD: So stop that, and use plain cetirizine, ten milligrams."),
        ["stop Claritin-D once daily", "start Cetirizine 10 mg"]
    );
}

#[test]
fn there_are_many_ways_to_stop() {
    for decision in [
        "D: Let's drop the aspirin.",
        "D: The aspirin has to go.",
        "D: The aspirin isn't a great idea for you. I'd stop that.",
        "D: We'll take that off your list.",
        "D: Let's not do that anymore.",
    ] {
        assert_eq!(
            said(&format!("P: I take aspirin every day.\n{decision}")),
            ["stop Aspirin once daily"],
            "{decision}"
        );
    }
    assert_eq!(
        said("P: I take metoprolol, fifty milligrams.\nD: Let's drop the metoprolol to twenty five."),
        ["decrease Metoprolol 25 mg"]
    );
    for lines in [
        "D: What about the lisinopril?\nP: The lisinopril I stopped.",
        "D: Are you taking the tamsulosin?\nP: I got so dizzy I nearly fell. So I quit.",
        "D: They sent you home on nifedipine?\nP: Yeah, I took it till two weeks ago.",
        "P: I take the Advair. No, they changed that.",
    ] {
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        assert!(found.iter().all(|one| one.past), "{lines}: {found:?}");
    }
}

#[test]
fn what_failed_is_not_begun_with_what_takes_its_place() {
    assert_eq!(
        said(
            "D: And you were started on tamsulosin last time?\nP: I got dizzy. So I quit.\nD: Since tamsulosin made you dizzy, let's try alfuzosin, ten milligrams once a day."
        ),
        ["taken Tamsulosin", "start Alfuzosin 10 mg once daily"]
    );
    assert!(
        said("D: And finasteride, five milligrams once a day. Actually, no, let's hold off on the finasteride until we've repeated the PSA.")
            .is_empty()
    );
}

#[test]
fn that_is_the_medicine_named_last_whoever_takes_it() {
    assert_eq!(
        said(
            "P: I take vitamin D. And there's the lorazepam, but that's my dad's.\nD: I'd get rid of that. Stop that one."
        ),
        ["taken Vitamin D"]
    );
    assert_eq!(
        said("P: I take iron.\nD: You can stop the iron if the count is normal. For now keep taking it."),
        ["taken Iron"]
    );
}

#[test]
fn a_verb_decides_in_its_own_clause() {
    for (lines, expected) in [
        (
            "P: I take methotrexate, 15 milligrams.\nD: I want to raise the methotrexate to 20 milligrams once a week. If you get a fever, skip the methotrexate and call us.",
            vec!["increase Methotrexate 20 mg once weekly"],
        ),
        (
            "P: I take hydrochlorothiazide 25 milligrams and losartan 50 milligrams.\nD: We'll stop the hydrochlorothiazide and put the losartan up to 100 instead.",
            vec!["stop Hydrochlorothiazide 25 mg", "increase Losartan 100 mg"],
        ),
        (
            "P: I take sertraline, fifty milligrams.\nD: I'd leave the sertraline at 50. Or we could go to 100.\nP: No, leave it.",
            vec!["continue Sertraline 50 mg"],
        ),
        (
            "D: I'm going to give you prednisone, 30 milligrams once a day for five days. Your sugar will suffer. It'll go up for a few days.",
            vec!["start Prednisone 30 mg once daily"],
        ),
        (
            "D: I'd use estradiol gel, one pump, 0.75 milligrams, every morning.",
            vec!["start Estradiol 0.75 mg once daily"],
        ),
    ] {
        assert_eq!(said(lines), expected, "{lines}");
    }
    let none = "D: Diclofenac gel is okay on the heel, but no ibuprofen or naproxen by mouth.";
    assert!(said(none).iter().all(|one| !one.contains("profen") && !one.contains("aproxen")), "{:?}", said(none));
}

#[test]
fn what_another_medicine_does_to_it_is_no_decision() {
    let lines = |more: &str| {
        format!(
            "D: How are you taking the warfarin?\nP: Five milligrams every day. My dentist gave me metronidazole, I finished it \
             yesterday.\nD: That would do it. {more}"
        )
    };
    for more in ["That one pushes the warfarin up.", "It can push your warfarin up.", "It brings the warfarin down."] {
        let found = said(&lines(more));
        assert!(found.contains(&"taken Warfarin 5 mg once daily".to_owned()), "{more} {found:?}");
    }
    assert!(said(&lines("Let's push the warfarin up to six milligrams."))[0].starts_with("increase Warfarin 6 mg"));
    for decided in ["I will increase the warfarin to six milligrams.", "We would raise the warfarin to six milligrams."]
    {
        assert!(
            said(&lines(decided))[0].starts_with("increase Warfarin 6 mg"),
            "{decided} {:?}",
            said(&lines(decided))
        );
    }
}

#[test]
fn what_is_not_moved_goes_on() {
    let taken = "P: I take lisinopril, twenty milligrams a day.\n";
    for line in ["D: Let's not go up from 20 to 40 on the lisinopril.", "D: Lets not increase the lisinopril to 40."] {
        let found = said(&format!("{taken}{line}"));
        assert!(
            found[0].ends_with("Lisinopril 20 mg once daily") && !found[0].starts_with("increase"),
            "{line} {found:?}"
        );
    }
}

#[test]
fn a_medicine_of_another_kind_is_not_the_last_one() {
    let found = said(
        "D: Start enoxaparin, forty milligrams once a day.\nP: Okay.\nD: And go up on the water pill to eighty milligrams.",
    );
    assert_eq!(found, ["start Enoxaparin 40 mg once daily"]);
    let found = said(
        "P: I take furosemide, forty milligrams a day.\nD: Okay.\nD: And go up on the water pill to eighty milligrams.",
    );
    assert_eq!(found, ["increase Furosemide 80 mg once daily"]);
}

#[test]
fn a_poisoning_is_no_treatment() {
    let found = said("D: Have you ever tried to hurt yourself?\nP: Once, in college, I took a bunch of Benadryl.");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_the_patient_asks_about_begins_in_steps() {
    let found = said(
        "P: And what about the one on TV, Ozempic? My sister in law takes it, she's lost forty pounds.\n\
         D: That's actually what I was going to bring up. Have you ever had thyroid cancer?\nP: No, nothing like that.\n\
         D: Then I'd start it. A quarter of a milligram once a week for four weeks, then a half milligram weekly.",
    );
    assert!(found.len() == 1 && found[0].starts_with("start Ozempic"), "{found:?}");
    assert!(found[0].contains("0.25 mg") && found[0].contains("then a half milligram weekly"), "{found:?}");
}

#[test]
fn the_same_goes_on() {
    let found = said("P: And the cholesterol pill, same?\nD: Same, atorvastatin forty at night.");
    assert_eq!(found, ["continue Atorvastatin 40 mg at bedtime"]);
}

#[test]
fn what_he_is_on_is_not_the_patients() {
    let found = said(
        "P: My husband makes up for it, he's the one with the gout.\nD: Is he on anything for that?\n\
         P: Allopurinol, and he takes colchicine when his toe goes. I've been pinching his naproxen, when the wrist is bad.\n\
         D: How often are you doing that?\nP: Two, three times a week.\n\
         D: I'd like you to stop that please, it's not a good mix with your kidneys and the methotrexate.",
    );
    assert!(found.iter().all(|one| !one.contains("Allopurinol") && !one.contains("Colchicine")), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("stop Naproxen")), "{found:?}");
}

#[test]
fn what_is_left_off_before_an_operation_is_held() {
    let transcript = transcript(
        "O: Eliquis five milligrams twice a day. Jardiance ten. Metformin five hundred twice a day.\n\
         D: Eliquis, the last dose is on the evening of the sixth, so nothing on the seventh and eighth. \
         Jardiance, stop four days before. Metformin, the day before is the last.",
    );
    let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|one| one.held && one.action == MedicationAction::Change), "{found:?}");
    assert!(found[0].text.ends_with(
        "as was said: \"Eliquis, the last dose is on the evening of the sixth, so nothing on the seventh and eighth.\""
    ));
}

#[test]
fn what_others_are_asked_to_give_does_not_begin() {
    let found =
        said("D: I'll ask them for a spinal if they can, and for the pain a small dose of oxycodone if needed.");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn rules_for_one_way_to_put_it_leave_others_alone() {
    for (lines, expected) in [
        (
            "P: I take lisinopril, ten milligrams.\nD: Your pressure is up.\nP: Oh.\nD: Let's bring it up to forty.",
            "increase Lisinopril 40 mg",
        ),
        (
            "D: What did they start in the hospital?\nP: Metoprolol, twenty-five twice a day.",
            "taken Metoprolol 25 mg twice daily",
        ),
        (
            "D: I'll ask the nurse about your pressure, and let's start lisinopril, ten milligrams once a day.",
            "start Lisinopril 10 mg once daily",
        ),
        ("D: Lantus, leave the morning dose where it is.", "continue Lantus"),
        ("D: I want you to stop it, that naproxen.", "stop Naproxen"),
    ] {
        let found = said(lines);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{lines}: {found:?}");
    }
    let found = said("P: Should I be on aspirin?\nD: I'll add it to the list for next time.");
    assert!(found.iter().all(|one| !one.starts_with("start")), "{found:?}");
    let found =
        said("P: I take lithium and furosemide.\nD: Your lithium level is high.\nP: Oh.\nD: So let's stop that.");
    assert!(found.iter().all(|one| one != "stop Furosemide"), "{found:?}");
    let found = said("P: I'm on Chantix and still smoke four or five a day.");
    assert!(found.len() == 1 && !found[0].contains("four or five"), "{found:?}");
}
