//! What recognised speech and ordinary talk make hard: corrections in pieces, relatives, what is weighed or put off.

use super::{super::*, said, transcript};

#[test]
fn a_dose_that_was_raised_is_the_later_one_however_it_is_said() {
    for (lines, expected) in [
        (
            "D: Good, and you're still taking the lisinopril.\nP: Yep, 10 milligrams. Now wait, you raised it. 20 milligrams, once a day.\nD: 20, that's what I have.",
            "taken Lisinopril 20 mg once daily",
        ),
        ("D: What about the lisinopril?\nP: 10 milligrams. It went up to 20 last month.", "taken Lisinopril 20 mg"),
        ("P: I take lisinopril 20 milligrams, used to be 10.", "taken Lisinopril 20 mg"),
        (
            "P: I take lisinopril, 10 milligrams.\nD: The doctor put you up to 20 in March.\nP: Oh, right, 20.",
            "taken Lisinopril 20 mg",
        ),
        ("P: I take sertraline, 50 milligrams.\nD: I'd increase it to 75.", "increase Sertraline 75 mg"),
        ("P: I take lisinopril, 10 milligrams.\nD: Let's go up to 20 milligrams.", "increase Lisinopril 20 mg"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
}

#[test]
fn two_doses_that_nobody_settles_are_uncertain() {
    for lines in [
        "D: And the lisinopril?\nP: 10 milligrams. 20 milligrams.",
        "P: I take lisinopril 10 milligrams in the morning and 5 milligrams at night.",
        "D: You take lisinopril.\nP: 10 milligrams.\nP: Or maybe. 20 milligrams, once a day.\nD: Fine.",
    ] {
        let transcript = transcript(lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert!(!spoken.unsettled.is_empty() || !spoken.disputed.is_empty(), "{lines}: {:?}", spoken.medications);
    }
    let transcript = transcript("P: I take lisinopril, 20 milligrams.\nD: 10 is what I have on my list.");
    assert_eq!(medications(&Visit::new(&transcript), DrugTable::bundled()).disputed.len(), 1);
}

#[test]
fn what_was_measured_is_no_dose() {
    for (lines, expected) in [
        ("P: She takes albuterol.\nD: Her oxygen is 98%, and she's breathing at 28.", "taken Albuterol"),
        ("P: I take metoprolol.\nD: Your heart rate is 100.", "taken Metoprolol"),
        ("P: I use hydrocortisone, 1%.", "taken Hydrocortisone 1%"),
        ("P: I take lisinopril for my blood pressure, 20.", "taken Lisinopril 20 mg"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
}

#[test]
fn a_relatives_own_medicine_is_not_the_patients() {
    for lines in ["O: I have asthma myself. I use albuterol.", "O: I'm on sertraline.", "O: My wife takes warfarin."] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
    for lines in [
        "O: I use hydrocortisone on her elbows.",
        "O: I give him hydrocortisone at night.",
        "O: My son takes hydrocortisone.",
    ] {
        assert_eq!(said(lines).len(), 1, "{lines}");
    }
}

#[test]
fn a_sig_stands_before_the_next_medicine_too() {
    assert_eq!(
        said(
            "D: You can use ibuprofen too. Seven and a half milliliters every eight hours if the Tylenol isn't enough."
        ),
        ["start Ibuprofen 7.5 mL every 8 hours"]
    );
    assert_eq!(
        said("P: I take ibuprofen. 500 milligrams of naproxen I take at night."),
        ["taken Ibuprofen", "taken Naproxen 500 mg at bedtime"]
    );
}

#[test]
fn a_general_name_is_that_of_the_kind_that_was_named() {
    assert_eq!(
        said(
            "P: I take iron.\nD: Which iron is that?\nP: Ferrous sulfate, 200 milligrams.\nD: Keep the iron at bedtime."
        ),
        ["continue Ferrous sulfate 200 mg at bedtime"]
    );
    assert_eq!(said("P: I take Lantus and Humalog.\nD: Keep the insulin going.").len(), 3);
}

#[test]
fn what_is_put_off_does_not_begin() {
    for lines in [
        "D: I'd rather you try rosuvastatin, five milligrams at night, but not before the thyroid is right.",
        "D: Let's start rosuvastatin, five milligrams at night. We'll talk about that next time.",
        "D: I'll give you amoxicillin, 500 milligrams three times a day, but only if you're no better by Friday.",
    ] {
        let transcript = transcript(lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert!(spoken.medications.is_empty(), "{lines}: {:?}", spoken.medications);
        assert!(spoken.named[0].put_off, "{lines}");
    }
    assert_eq!(
        said("D: Start omeprazole, 20 milligrams once a day, but not before food."),
        ["start Omeprazole 20 mg once daily"]
    );
}

#[test]
fn a_tag_makes_no_question_of_a_decision() {
    for (lines, expected) in [
        (
            "D: I'm going to prescribe you some meloxicam, 15 milligrams once a day, okay?\nP: Okay.",
            "start Meloxicam 15 mg once daily",
        ),
        (
            "P: I take lisinopril, 10 milligrams.\nD: I want you to continue your lisinopril, all right?",
            "continue Lisinopril 10 mg",
        ),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
    assert!(said("D: Try not to take any ibuprofen, okay?\nP: Yup.").is_empty());
}

#[test]
fn what_is_taken_already_does_not_begin() {
    for (lines, expected) in [
        ("D: I know we have you on the Prozac, 20 milligrams a day.", "taken Prozac 20 mg once daily"),
        ("D: We started you on Imitrex a couple of months ago.\nP: Yes.", "taken Imitrex"),
        ("D: And also your lisinopril, 10 milligrams once a day.", "taken Lisinopril 10 mg once daily"),
        (
            "D: Are you taking the allopurinol?\nP: Yes.\nD: I'll order allopurinol, 100 milligrams once a day.",
            "continue Allopurinol 100 mg once daily",
        ),
        (
            "D: I want to continue you on the aspirin.\nP: Okay.\nD: I'll order aspirin, 81 milligrams daily.",
            "continue Aspirin 81 mg once daily",
        ),
        ("D: Her lisinopril has been increased to 10 milligrams in March.", "taken Lisinopril 10 mg"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
    assert_eq!(
        said(
            "D: We'll treat you with amoxicillin, 500 milligrams three times a day.\nP: Fine.\nD: I'll order amoxicillin, 500 milligrams three times a day."
        ),
        ["start Amoxicillin 500 mg three times daily"]
    );
}

#[test]
fn one_of_several_that_would_do_is_not_begun() {
    for lines in [
        "D: We can also add painkillers like paracetamol, or codeine.\nP: Yeah, okay.",
        "D: Do you use antihistamines like cetirizine, loratadine, any of those?\nP: I do sometimes.",
        "D: I can give you something such as fexofenadine.\nP: Yeah.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
}

#[test]
fn a_bare_one_or_two_is_no_weight() {
    assert_eq!(said("P: I take lorazepam. The other two I don't know."), ["taken Lorazepam"]);
    assert!(said("D: It looks like you had itching with the methylprednisolone?\nP: Yes.").is_empty());
    let past = transcript("D: Is that since you've stopped taking the thyroxine?\nP: Yes.");
    assert!(medications(&Visit::new(&past), DrugTable::bundled()).medications.iter().all(|one| one.past));
}

#[test]
fn what_would_be_needed_or_comes_later_changes_nothing() {
    for (lines, expected) in [
        (
            "P: I take bisoprolol 2.5.\nD: Fine.\nP: And the bisoprolol?\nD: I'd go up to 3.75, but not today.",
            "taken Bisoprolol 2.5 mg",
        ),
        (
            "P: I take bisoprolol 2.5.\nD: Fine.\nP: And the bisoprolol?\nD: I'd go up to 3.75.",
            "increase Bisoprolol 3.75 mg",
        ),
        (
            "P: I'm on candesartan, 8 milligrams.\nD: We'd have to stop the candesartan first. Not now.",
            "taken Candesartan 8 mg",
        ),
        ("D: Paracetamol, a gram up to four times a day.", "start Paracetamol 1 g up to four times daily"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
}

#[test]
fn a_medicine_that_was_ended_was_taken() {
    let lines =
        "D: Are you still on the Jardiance?\nP: No, they stopped that, I got thrush. I'm on gliclazide now, 80.";
    let transcript = transcript(lines);
    let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
    assert_eq!(found.iter().map(|one| one.past).collect::<Vec<_>>(), [true, false], "{found:?}");
}

#[test]
fn what_another_doctor_stopped_has_not_the_dose_of_what_came_instead() {
    let lines = "D: Glipizide five milligrams before breakfast?\nP: No, the other fellow stopped that. He put me on empagliflozin, ten milligrams.";
    let transcript = transcript(lines);
    let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
    let shown: Vec<_> =
        found.iter().map(|one| (one.name.as_str(), one.past, one.dose.as_ref().map(|dose| dose.value))).collect();
    assert_eq!(shown, [("glipizide", true, Some(5.0)), ("empagliflozin", false, Some(10.0))], "{found:?}");
}

#[test]
fn money_is_no_dose_and_an_answer_ends_what_was_told_before() {
    assert_eq!(said("P: I take Synthroid, and they were charging me $ 75."), ["taken Synthroid"]);
    let transcript = transcript("P: I took thyroxine.\nD: So you're taking thyroxine?\nP: Uh, not anymore.");
    assert!(medications(&Visit::new(&transcript), DrugTable::bundled()).medications[0].past);
}

#[test]
fn what_was_ended_begins_anew() {
    for (lines, expected) in [
        (
            "D: And you were on sertraline before?\nP: Yeah, 100, I stopped it.\nD: I'd start sertraline again, 50 milligrams once a day.",
            "start Sertraline 50 mg once daily",
        ),
        ("D: And an omeprazole, 20 milligrams a day while you're on the steroid.", "start Omeprazole 20 mg once daily"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
    let transcript = transcript("P: I took some colchicine, one tablet, but it gave me the runs so I left it.");
    assert!(medications(&Visit::new(&transcript), DrugTable::bundled()).medications[0].past);
}
