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

#[test]
fn planted_errors_are_found_with_their_reason() {
    use SectionKind::{Assessment, HistoryOfPresentIllness as Hpi, PastHistory, Plan, SocialHistory, Vitals};
    for (statement, kind, expected) in [
        ("Blood pressure 140/90.", Vitals, "number 140/90 was not said"),
        ("Right knee pain for 5 weeks.", Hpi, "number 5 was not said"),
        ("Start ibuprofen twice daily.", Plan, "ibuprofen was not said"),
        ("Start naproxen 500 mg twice daily.", Plan, "500 mg of naproxen was corrected"),
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
fn the_relative_may_be_named_where_it_belongs() {
    let found = verdict("Mother: breast cancer.", SectionKind::FamilyHistory);
    assert!(matches!(&found, Verdict::Supported(evidence) if evidence[0].utterance == "u6"), "{found:?}");
}

#[test]
fn parts_of_a_dose_are_numbers_too() {
    let said = transcript(
        "D: Start Ozempic. A quarter of a milligram once a week for four weeks, then a half milligram weekly.",
    );
    for statement in ["Start Ozempic 0.25 mg weekly.", "Ozempic 0.25 mg weekly for 4 weeks, then 0.5 mg weekly."] {
        let verdict = check(&said, statement, SectionKind::Plan);
        assert!(!matches!(verdict, Verdict::Unsupported(..)), "{verdict:?}");
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_neither_borne_out_nor_rejected() {
    let said = transcript(
        "P: Amlodipine, five milligrams.\nD: I'll put the amlodipine up to ten milligrams. Actually, hang on. You've got the \
         swelling. Let's leave the amlodipine at five.",
    );
    for statement in ["Continue amlodipine 5 mg.", "Increase amlodipine to 10 mg.", "Continue amlodipine 10 mg."] {
        let verdict = check(&said, statement, SectionKind::Plan);
        assert!(matches!(&verdict, Verdict::Uncertain(_, why) if why.contains("more than one way")), "{verdict:?}");
    }
    let never = check(&said, "Continue amlodipine 25 mg.", SectionKind::Plan);
    assert!(matches!(never, Verdict::Unsupported(..)), "{never:?}");
}

#[test]
fn what_somebody_means_to_do_to_themselves_is_read_and_not_judged() {
    let said = transcript("D: Any guns at home?\nP: No. I wish I didn't wake up, but I'd never do anything.\nD: Okay.");
    for statement in ["Has a gun at home.", "No guns at home.", "Denies suicidal thoughts.", "Would kill himself."] {
        let verdict = check(&said, statement, SectionKind::HistoryOfPresentIllness);
        assert!(!matches!(verdict, Verdict::Supported(_)), "{statement}");
    }
    let quote =
        check(&said, "\"I wish I didn't wake up, but I'd never do anything.\"", SectionKind::HistoryOfPresentIllness);
    assert!(matches!(quote, Verdict::Supported(_)), "{quote:?}");
}

#[test]
fn an_allergy_is_not_what_was_advised_against() {
    let said = transcript("O: He itches like mad on codeine.\nD: No morphine, no codeine for you.");
    let verdict = check(&said, "Codeine: itching.", SectionKind::Allergies);
    assert!(matches!(verdict, Verdict::Supported(_)), "{verdict:?}");
}
