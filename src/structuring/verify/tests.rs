use super::*;
use crate::structuring::testing::{check, transcript};

const VISIT: &str = "D: So what brings you in, Mrs. Jones?\n\
    P: My right knee has been hurting for three weeks, since I slipped on the stairs.\n\
    D: Any fever or chest pain?\n\
    P: No, nothing like that.\n\
    D: Any illnesses in the family?\n\
    P: My mother had breast cancer.\n\
    D: Okay. Let's start naproxen, five hundred milligrams twice a day. No, sorry, make that two hundred and fifty milligrams.\n\
    P: All right.\n\
    D: I did think about prednisone, but not with your stomach. I'll see you in two weeks.";

fn verdict(statement: &str, kind: SectionKind) -> Verdict {
    check(&transcript(VISIT), statement, kind)
}

fn reason(statement: &str, kind: SectionKind) -> String {
    match verdict(statement, kind) {
        Verdict::Unsupported(_, reason) => reason,
        other => format!("{other:?}"),
    }
}

#[test]
fn what_was_said_is_supported_where_it_was_said() {
    let Verdict::Supported(evidence) =
        verdict("Right knee pain for 3 weeks after slipping on the stairs.", SectionKind::HistoryOfPresentIllness)
    else {
        panic!("supported")
    };
    assert_eq!(evidence[0].utterance, "u2");
    let Verdict::Supported(evidence) = verdict("Denies fever and chest pain.", SectionKind::HistoryOfPresentIllness)
    else {
        panic!("supported")
    };
    let utterances: Vec<&str> = evidence.iter().map(|one| one.utterance.as_str()).collect();
    assert_eq!(utterances, ["u3", "u4"]);
}

/// What becomes of a line of the model's.
fn written(lines: &str, statement: &str, kind: SectionKind) -> String {
    let transcript = transcript(lines);
    let facts = facts::facts(&transcript, DrugTable::bundled());
    let visit = Visit::new(&transcript);
    match Checker::new(&visit, &facts, None).check_written(statement, kind) {
        Verdict::Unsupported(_, reason) => reason,
        _ => "stands".to_owned(),
    }
}

#[test]
fn a_symptom_is_told_with_what_was_said_of_it() {
    let visit = "D: Any chest pain with it? Lightheaded?\nP: A little lightheaded the first time.\n\
        D: Short of breath?\nP: On the second flight of stairs, yes.\nD: Swelling?\nP: My legs, in the evening.";
    let kind = SectionKind::HistoryOfPresentIllness;
    let joined = "He had lightheadedness on the second flight of stairs.";
    assert_eq!(written(visit, joined, kind), "lightheadedness was spoken of elsewhere");
    for line in ["He was short of breath on the second flight of stairs.", "A little lightheaded the first time."] {
        assert_eq!(written(visit, line, kind), "stands");
    }
}

#[test]
fn what_was_only_found_now_is_not_of_the_past() {
    let visit = "P: I have the COPD and sugar.\nD: The X-ray shows a left lower lobe pneumonia.\n\
        D: So he has pneumonia with sepsis, and a COPD flare.";
    for line in ["COPD flare.", "Pneumonia.", "Pneumonia with sepsis."] {
        let reason = written(visit, line, SectionKind::PastHistory);
        assert!(reason.ends_with("was not said of the patient's past"), "{line} {reason}");
    }
    assert_eq!(written(visit, "COPD.", SectionKind::PastHistory), "stands");
}

#[test]
fn a_dose_is_not_cut_off() {
    let visit = "P: I sleep seven hours.\nD: For sleep, start mirtazapine, seven and a half milligrams at bedtime.";
    let cut = "Also recommend mirtazapine at 7.";
    assert_eq!(written(visit, cut, SectionKind::Plan), "7 is no dose of mirtazapine here");
    let visit = "P: I take losartan, a hundred milligrams.\nD: Keep the losartan at 100.";
    assert_eq!(written(visit, "Keep losartan at 100.", SectionKind::Plan), "stands");
}

#[test]
fn a_dose_does_not_rise_to_less() {
    let visit = "P: I take prednisone, forty milligrams.\nD: Bring the prednisone down from forty to ten milligrams.";
    let turned = "Increase prednisone from forty to ten milligrams.";
    assert_eq!(written(visit, turned, SectionKind::Plan), "from 40 to 10 is the other way");
    let right = written(visit, "Decrease prednisone from forty to ten milligrams.", SectionKind::Plan);
    assert!(!right.contains("other way"), "{right}");
}

#[test]
fn a_plan_is_made_from_what_was_planned_at_once() {
    let said = "D: Your temperature is normal and the blood pressure is 120 over 70.\nP: Good.\nD: Let me look for dinosaurs in \
                that left ear.\nP: Ha.\nD: Order a lipid panel today.\nP: Okay.\nD: And the cough?\nP: Gone.\n\
                D: Keep checking at home, twice a week.";
    for (statement, reason) in [
        ("Monitor the patient's temperature and blood pressure.", "nobody planned this"),
        ("Look for dinosaurs in the left ear.", "nobody planned this"),
        ("Keep checking the lipid panel at home, twice a week.", "nobody said all of this in one place"),
        ("Order a lipid panel.", "stands"),
        ("Keep checking at home twice a week.", "stands"),
    ] {
        assert_eq!(written(said, statement, SectionKind::Plan), reason, "{statement}");
    }
}

#[test]
fn a_history_names_the_medicines_of_its_turns() {
    let said = "D: Good morning, Mrs. Tanaka. And this is Mr. Tanaka, I take it.\nO: Yes, I'm her husband.\nD: What brings you in?\n\
                P: I've been dizzy when I stand up. It started two weeks ago. After the new water pill.\n\
                D: That's the chlorthalidone. You're taking 25 milligrams.\nP: Every morning.\nO: I put it in the box.\n\
                P: 25 then.\nD: And the losartan, 100 once a day.\nP: Yes.";
    let line = |end: &str| format!("Mrs. Tanaka has been dizzy for two weeks after starting the new water pill{end}.");
    let hpi = SectionKind::HistoryOfPresentIllness;
    let wrong = written(said, &line(", chlorthalidone, and losartan"), hpi);
    assert_eq!(wrong, "losartan was spoken of elsewhere");
    assert_eq!(written(said, &line(", chlorthalidone"), hpi), "stands");
}

#[test]
fn a_side_of_the_lungs_is_a_side() {
    let said = "D: Lungs, crackles at the left base.";
    let wrong = "Crackles at the right base.";
    assert_eq!(written(said, wrong, SectionKind::PhysicalExam), "right base was not said");
}

#[test]
fn an_amount_keeps_its_unit() {
    let said = "D: Are you taking the lansoprazole?\nP: Yes, 30. And digoxin, 125 micrograms, and two puffs of albuterol.\n\
                D: Go on taking the lansoprazole, 30.";
    for (statement, reason) in [
        ("Take lansoprazole 30 tablets daily.", "30 was not said in tablets"),
        ("Continue digoxin 125 mg.", "125 was not said in mg"),
    ] {
        assert_eq!(written(said, statement, SectionKind::Plan), reason, "{statement}");
    }
    for statement in ["Continue lansoprazole 30 mg.", "Continue digoxin 125 mcg.", "Two puffs of albuterol."] {
        let reason = written(said, statement, SectionKind::Plan);
        assert!(!reason.contains("was not said in"), "{statement}: {reason}");
    }
}

#[test]
fn what_a_medicine_is_for_is_not_taken_from_another() {
    use SectionKind::HistoryOfPresentIllness as Hpi;
    let visit = "D: How are you taking the warfarin?\nP: Five milligrams every day.\nD: Any new medicines?\n\
        P: My dentist gave me metronidazole. Five hundred milligrams, three times a day, for an abscess.\n\
        D: And the ibuprofen?\nP: For my shoulder.\nD: Warfarin for the mechanical valve, then.";
    let reason = written(visit, "The patient takes warfarin for an abscess.", Hpi);
    assert_eq!(reason, "warfarin was not said to be for abscess");
    for line in [
        "The patient takes metronidazole for an abscess.",
        "The patient takes ibuprofen for the shoulder.",
        "The patient takes warfarin for the mechanical valve.",
    ] {
        assert!(!written(visit, line, Hpi).contains("said to be for"), "{line}");
    }
}

#[test]
fn a_line_of_the_models_takes_nothing_from_another_medicine_or_from_a_plan() {
    use SectionKind::{Assessment, PastHistory, Plan};
    let visit = "P: I had ham for like four days.\nD: So ceftriaxone, one gram, here. No ham.\nP: Okay.\n\
        D: Take Tylenol, 650 milligrams every six hours. But the defibrillator. I'd like to refer you to talk about it.";
    let ceftriaxone = "Take ceftriaxone, one gram, every six hours.";
    assert_eq!(written(visit, ceftriaxone, Plan), "every 6 hours was not said of ceftriaxone");
    assert_eq!(written(visit, "Take Tylenol 650 milligrams every six hours.", Plan), "stands");
    assert_eq!(written(visit, "Defibrillator.", PastHistory), "nobody said that the patient has or had this");
    assert_eq!(written(visit, "Ham.", Assessment), "ham was denied");
}

#[test]
fn a_line_of_the_models_is_from_one_place_and_joins_nothing() {
    use SectionKind::{Assessment, FamilyHistory, HistoryOfPresentIllness, PhysicalExam, Results};
    let visit = "D: What brings you in?\nP: My heart was racing, I was in the emergency room two weeks ago.\n\
        D: Have you had it before?\nP: Once, in the spring.\nD: Any trouble with the sleep?\nP: A little.\n\
        D: What do you do?\nP: I drive a van.\nD: And at home?\nP: My brother lives with me, he has asthma.\n\
        D: And the weekend?\nP: I have a wedding on Saturday.\n\
        D: Your urine has no infection, but there is a trace of blood. Weight one eighteen.";
    for (statement, kind, expected) in [
        ("He was in the emergency room two weeks ago with his heart racing.", HistoryOfPresentIllness, "stands"),
        ("He was in the emergency room with a heart attack.", HistoryOfPresentIllness, "heart attack was not said"),
        ("He has been at home with his brother's asthma.", HistoryOfPresentIllness, "this is about somebody else"),
        ("The urine has a trace of blood, a sign of infection.", PhysicalExam, "infection was denied"),
        ("Weight: 18.", Results, "number 18 was not said"),
        ("Heart disease.", Assessment, "the clinician did not say this"),
        ("Smith, Brother.", FamilyHistory, "nobody said all of this in one place"),
    ] {
        assert_eq!(written(visit, statement, kind), expected, "{statement}");
    }
    for joined in ["He has been taking a wedding on Saturday.", "He takes losartan, but it has not helped."] {
        assert!(joins_what_was_not_joined(joined), "{joined}");
    }
    assert!(!joins_what_was_not_joined("He has been taking losartan for a year."));
}

#[test]
fn planted_errors_are_found_with_their_reason() {
    use SectionKind::{Assessment, HistoryOfPresentIllness as Hpi, PastHistory, Plan, SocialHistory, Vitals};
    for (statement, kind, expected) in [
        ("Blood pressure 140/90.", Vitals, "number 140/90 was not said"),
        ("Right knee pain for 5 weeks.", Hpi, "number 5 was not said"),
        ("Start ibuprofen twice daily.", Plan, "ibuprofen was not said"),
        ("Start naproxen 500 mg twice daily.", Plan, "the dose of naproxen that stands is 250 mg"),
        ("Start naproxen 500 mg twice daily.", Hpi, "500 mg of naproxen was corrected"),
        ("The patient has been taking naproxen 250 mg.", Hpi, "naproxen begins with this visit"),
        ("Start prednisone.", Plan, "prednisone was talked about, but is not given or taken"),
        ("The patient reports fever.", Hpi, "fever was denied"),
        ("She stopped taking naproxen.", Hpi, "naproxen was not stopped"),
        ("Chest pain.", Assessment, "chest pain was not affirmed of the patient"),
        ("Left knee pain for 3 weeks.", Hpi, "left knee was not said"),
        ("History of breast cancer.", PastHistory, "cancer was not affirmed of the patient"),
        ("Works as a nurse in a hospital.", SocialHistory, "nobody said this"),
    ] {
        assert_eq!(reason(statement, kind), expected, "{statement}");
    }
}

#[test]
fn a_cause_and_a_condition_are_not_made_up() {
    let visit = "P: It gives me diarrhea when I take two metformin.\nD: Okay.\nD: Let me see.\nP: Sure.\nD: Good.\n\
        P: I've been eating a lot of bread.\nD: I'd like to add empagliflozin. If you get a rash, stop it.";
    let transcript = transcript(visit);
    let reason = |statement: &str, kind: SectionKind| match check(&transcript, statement, kind) {
        Verdict::Unsupported(_, reason) => reason,
        _ => "said".to_owned(),
    };
    let (hpi, plan) = (SectionKind::HistoryOfPresentIllness, SectionKind::Plan);
    let bread = "Eating a lot of bread, which has been causing diarrhea when taking metformin.";
    assert_eq!(reason(bread, hpi), "nobody said that one brought on the other");
    assert_eq!(reason("Diarrhea due to metformin.", hpi), "said");
    assert_eq!(reason("If found, add empagliflozin.", plan), "nobody made this depend on that");
    assert_eq!(reason("If a rash comes, stop it.", plan), "said");
}

#[test]
fn all_allergies_are_not_denied_where_one_was_told() {
    let history = SectionKind::HistoryOfPresentIllness;
    let asked = "D: Is she allergic to anything?\nP: Amoxicillin. She got a rash from it. Not to latex.";
    for wrong in ["She is not allergic to anything.", "No known drug allergies.", "Denies allergies."] {
        assert_eq!(written(asked, wrong, history), "an allergy was told: amoxicillin", "{wrong}");
    }
    let told = "an allergy was told: amoxicillin";
    for right in ["No allergies to latex.", "Allergic to amoxicillin, which gives her a rash."] {
        assert_ne!(written(asked, right, history), told, "{right}");
    }
    assert_ne!(written("D: Any allergies?\nP: No.", "No known allergies.", history), told);
}

#[test]
fn the_relative_may_be_named_where_it_belongs() {
    let found = verdict("Mother: breast cancer.", SectionKind::FamilyHistory);
    assert!(matches!(&found, Verdict::Supported(evidence) if evidence[0].utterance == "u6"), "{found:?}");
}

#[test]
fn what_an_answer_denies_at_its_end_is_not_of_the_past() {
    let visit = "D: Stroke, mini stroke, bleeding, ulcers?\nP: I had an ulcer in my fifties that bled. Never a stroke.";
    for line in ["Stroke.", "Mini stroke."] {
        assert_ne!(written(visit, line, SectionKind::PastHistory), "stands", "{line}");
    }
    assert_eq!(written(visit, "Ulcer.", SectionKind::PastHistory), "stands");
}

#[test]
fn a_complaint_is_the_patients() {
    let visit = "D: Hello.\nP: Hello.\nD: The right hip on the ninth?\nP: Yes.\nD: Good.\nP: Okay.\n\
        D: I see you have atrial fibrillation. Do you feel it?\nP: Never.";
    let line = "The patient has atrial fibrillation.";
    assert_eq!(written(visit, line, SectionKind::ChiefComplaint), "the patient did not come for this");
}

#[test]
fn parts_of_a_dose_are_numbers_too() {
    let said = transcript(
        "D: Start Ozempic. A quarter of a milligram once a week for four weeks, then a half milligram weekly.",
    );
    for statement in ["Start Ozempic 0.25 mg weekly.", "Ozempic 0.25 mg weekly for 4 weeks, then 0.5 mg weekly."] {
        let verdict = check(&said, statement, SectionKind::Plan);
        assert!(matches!(verdict, Verdict::Supported(_)), "{verdict:?}");
    }
}

#[test]
fn an_allergy_is_not_what_was_advised_against() {
    let said = transcript("O: He itches like mad on codeine.\nD: No morphine, no codeine for you.");
    let verdict = check(&said, "Codeine: itching.", SectionKind::Allergies);
    assert!(matches!(verdict, Verdict::Supported(_)), "{verdict:?}");
}

#[test]
fn whom_something_is_for_was_said_there() {
    let visit = "P: Is that bad for the baby?\nD: Not if we fix it.\nP: Okay.\nD: So, the back.\nP: Yes.\n\
        D: For the anemia, start one iron tablet every other day, and take it with orange juice.";
    let line = "Start one iron tablet every other day for the baby, and take it with orange juice.";
    assert_eq!(written(visit, line, SectionKind::Plan), "for the baby was not said");
    let line = "Start one iron tablet every other day for the anemia, and take it with orange juice.";
    assert_eq!(written(visit, line, SectionKind::Plan), "stands");
}

#[test]
fn what_others_are_asked_to_give_is_not_advised() {
    let visit = "P: What about pain afterwards?\nD: I'll ask them for Tylenol around the clock and a small dose of oxycodone if needed.";
    let line = "Advise the patient to take Tylenol around the clock and a small dose of oxycodone if needed.";
    assert!(written(visit, line, SectionKind::Plan).contains("is not given or taken"));
}
