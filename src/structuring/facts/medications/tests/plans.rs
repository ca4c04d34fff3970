//! What a clinician plans for a medicine: what was only in mind, holds, steps, strengths, amounts that are not meant.

use super::{super::*, said, transcript};

#[test]
fn what_was_only_in_mind_is_not_done() {
    let before = "P: I take bisoprolol, 5 milligrams once a day.\n";
    for (plan, expected) in [
        (
            "D: Bisoprolol, I was planning to go up to 10 today. But with your pulse I won't. Stay at 5.",
            "continue Bisoprolol 5 mg once daily",
        ),
        ("D: I thought about going up on the bisoprolol to 10, but you get dizzy.", "taken Bisoprolol 5 mg once daily"),
    ] {
        assert_eq!(said(&format!("{before}{plan}")), [expected], "{plan}");
    }
    for never in [
        "D: I was hoping to restart eplerenone, but the potassium is high. Not today.",
        "D: I was going to do clarithromycin, but you're on a statin.",
        "D: If it ever comes to that, it'd be a patch, with progesterone at night.",
        "D: And some metoclopramide, 10 milligrams, I was going to send that. Have you got any?\nP: I'd skip it.",
    ] {
        assert_eq!(said(never), [""; 0], "{never}");
    }
    assert_eq!(
        said("D: I was thinking we'd start ramipril, 5 milligrams once a day.\nP: Okay."),
        ["start Ramipril 5 mg once daily"]
    );
}

#[test]
fn what_another_takes_the_place_of_ends() {
    let plan = "P: I take chlorthalidone, 25 milligrams once a day.\nD: The chlorthalidone can bring gout on, so let's switch that to \
                losartan, 25 milligrams once a day.";
    assert_eq!(said(plan)[0], "stop Chlorthalidone 25 mg once daily");
    assert_eq!(said(plan)[1], "start Losartan 25 mg once daily");
}

#[test]
fn what_somebody_was_told_to_drop_is_past() {
    let told = "P: I was taking aspirin, but the cardiologist told me to drop it in the fall.\nD: Good.";
    let transcript = transcript(told);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert!(spoken.medications.iter().all(|one| one.past), "{spoken:?}");
}

#[test]
fn what_is_on_hold_is_neither_stopped_nor_changed() {
    for lines in [
        "P: I take ramipril, 5 milligrams.\nD: Ramipril, hold. Until I see your labs.",
        "P: I take ramipril, 5 milligrams.\nD: Hold the ramipril until the diarrhea stops.",
        "P: I take ramipril, 5 milligrams.\nD: Pause the ramipril.",
        "O: What about the ramipril? He's on the 5 milligrams.\nD: Hold that while he's not eating, and restart on Monday.",
    ] {
        let transcript = transcript(lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        let one = &spoken.medications[0];
        assert!(one.held && one.action == MedicationAction::Change, "{lines}: {one:?}");
    }
}

#[test]
fn a_dose_in_steps_is_told_as_it_was_said() {
    let taper = "D: So prednisone. The tablets are 5 milligrams. Take six a day for two days, then four a day for two days, \
                 then two a day for two days. With food.";
    assert_eq!(
        said(taper),
        [
            "start Prednisone 5 mg, in steps: \"Take six a day for two days, then four a day for two days, then two a day for two days.\""
        ]
    );
    assert_eq!(
        said(
            "D: Start amoxicillin, 500 milligrams three times a day for ten days, and then we'll see you in two weeks."
        ),
        ["start Amoxicillin 500 mg three times daily"]
    );
}

#[test]
fn one_of_two_strengths_ends_and_not_the_medicine() {
    let lines = "O: Simvastatin 40. And this one's simvastatin 20.\nP: I just take the 40.\nD: Good. Toss the 20.";
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert_eq!(spoken.medications[0].action, MedicationAction::Change);
    assert_eq!((spoken.medications[0].dose.clone(), spoken.unsettled.len()), (None, 1));
}

#[test]
fn a_dose_from_one_amount_to_another_goes_its_way() {
    let lines = "P: Yes. And the insulin, the Lantus. 20. At bedtime.\n\
                 D: So I'm going to stop the glipizide. And Lantus, drop it from 20 to 16.";
    let lantus = said(lines).into_iter().find(|one| one.contains("Lantus"));
    assert_eq!(lantus.as_deref(), Some("decrease Lantus 16 units at bedtime"));
    // Sugars are told beside insulin, and are no doses.
    let sugars = said("P: I take Lantus. My sugars were 62 and 140 this morning.");
    assert_eq!(sugars, ["taken Lantus"]);
}

#[test]
fn what_a_medicine_does_is_no_change_of_its_dose() {
    let lines = "P: I take tramadol, 50 milligrams.\nD: Good to know, because tramadol lowers the seizure threshold.";
    assert_eq!(said(lines), ["taken Tramadol 50 mg"]);
    let lines = "P: I used to take that doxepin.\nD: We're not going back to doxepin.";
    assert!(!said(lines).concat().contains("continue"), "{:?}", said(lines));
    let lines = "P: I take ibuprofen, 400 milligrams, for the knee.\nD: Ibuprofen fights the kidneys. So 400 a day. That stops today, please.";
    assert!(said(lines)[0].starts_with("stop "), "{:?}", said(lines));
    let lines = "P: I take clopidogrel.\nD: Stop the clopidogrel today.\nP: Okay.\nD: Put clopidogrel in a bag, mark it do not take.";
    assert_eq!(said(lines), ["stop Clopidogrel"]);
}

#[test]
fn what_ends_later_begins_now_and_what_others_take_is_theirs() {
    let lines = "D: I'd start norethindrone 0.35, once a day. And then stop it when the IUD is in.";
    assert_eq!(said(lines), ["start Norethindrone 0.35 mg once daily"]);
    for lines in [
        "P: My sister had a clot when she was 30.\nD: Did they test her?\nP: They did. She's on Eliquis now.",
        "D: Is your mother still at home with you?\nP: Yes, she's 83. She's on that digoxin.\nD: And you don't take digoxin.",
        "D: Did you ever try sumatriptan?\nP: My sister has that one.",
        "O: And my mother-in-law wanted to give him a baby aspirin and I said no way.",
    ] {
        assert_eq!(said(lines), [""; 0], "{lines}");
    }
}

#[test]
fn the_answer_to_what_about_it_tells_how_it_is_taken() {
    let lines = "O: Eliquis, 5, twice a day.\nD: All right.\nO: What about the Eliquis? Stop it?\n\
                 D: Don't stop it unless the scan shows bleeding. She should be on the lower dose. 2.5 milligrams twice a day. And don't use up the 5s.";
    assert_eq!(said(lines), ["decrease Eliquis 2.5 mg twice daily"]);
    let lines = "D: Cefpodoxime, 200 milligrams. Ordinarily that's twice a day but with your kidneys it's once a day.";
    assert_eq!(said(lines), ["start Cefpodoxime 200 mg once daily"]);
}

#[test]
fn a_correction_needs_no_unit_and_a_course_ends_by_itself() {
    let lines = "D: I'm going to give you prednisone, 40 milligrams a day for five days. No, sorry, let me make that 30.\n\
                 P: So 30 for five days?\nD: 30 milligrams once a day, five days, then stop.";
    assert_eq!(said(lines), ["start Prednisone 30 mg once daily"]);
    let lines = "D: I'd start amoxicillin, and he'd take 10 milliliters twice a day.\nO: 10 milliliters?\n\
                 D: Let me do the math again. Nine milliliters, twice a day.\nO: So 9 milliliters, two times a day.\nD: Exactly.";
    assert_eq!(said(lines), ["start Amoxicillin 9 mL twice daily"]);
}

#[test]
fn what_was_never_picked_up_or_is_a_relatives_is_not_taken() {
    for lines in [
        "D: And a blood thinner?\nP: They started me on Xarelto, 20 milligrams, but it was too dear, so I never picked it up.",
        "D: Has he ever wheezed?\nO: His sister has asthma, she's on Flovent.",
        "O: Okay. His father's on Adderall for the same thing.",
    ] {
        assert_eq!(said(lines), [""; 0], "{lines}");
    }
    assert_eq!(
        said("D: What does she take?\nO: His sister gave him ibuprofen, 200 milligrams, this morning."),
        ["taken Ibuprofen 200 mg"]
    );
    let lines = "P: I take a baby aspirin every day.\nD: I'd like you on Eliquis, 5 milligrams twice a day. And stop the aspirin when you start it.";
    assert!(said(lines)[0].starts_with("stop "), "{:?}", said(lines));
}

#[test]
fn what_another_doctor_paused_is_not_over() {
    let lines = "D: How about the apixaban?\n\
                 P: They told me to hold it before the colonoscopy, so I stopped it two days ago. I start again the day after.";
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert!(spoken.medications[0].held && !spoken.medications[0].past, "{:?}", spoken.medications[0]);
}

#[test]
fn what_only_sounds_like_a_drop_or_an_end_is_none() {
    for (lines, expected) in [
        ("D: What do you take?\nP: I take warfarin every night, but I didn't take it last night.", "taken Warfarin"),
        ("D: You're still on the warfarin, no?\nP: Yes, every evening.", "taken Warfarin"),
        ("D: And the metformin?\nP: It was increased last fall. I take it twice a day.", "taken Metformin twice daily"),
        (
            "D: What are you on?\nP: Dr. Lee wanted to put me on Eliquis, so I take it twice a day.",
            "taken Eliquis twice daily",
        ),
        (
            "D: Start lisinopril, ten milligrams once a day, to bring your pressure from 150 to 130.\nP: Okay.",
            "start Lisinopril 10 mg once daily",
        ),
        (
            "D: I was thinking we'd start lisinopril, ten milligrams once a day, but call me if you get a cough.\nP: Sounds good.",
            "start Lisinopril 10 mg once daily",
        ),
        (
            "P: I started Zoloft at 25 milligrams. I take 50 of the Zoloft now.\nD: Let's stop the Zoloft.",
            "stop Zoloft",
        ),
    ] {
        let found = said(lines);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{lines}: {found:?}");
    }
    let lines = "P: I take levothyroxine.\nD: The levothyroxine every morning, don't take it with coffee.\nP: Okay.";
    assert!(!said(lines)[0].starts_with("stop"), "{:?}", said(lines));
}

#[test]
fn what_is_done_without_a_medicine_does_not_keep_it() {
    let lines = "P: Ibuprofen, 400 milligrams, three times a day.\n\
                 D: It's another reason to stop the ibuprofen. I'd like you to stop that today, please.\n\
                 P: All right.\n\
                 D: I thought about adding amlodipine, but let's see what it does without the ibuprofen. Keep the lisinopril at 20.";
    assert!(said(lines)[0].starts_with("stop Ibuprofen"), "{:?}", said(lines));
    let lines = "P: I take ibuprofen.\nD: We'll add amlodipine, but the ibuprofen has to go.";
    assert_eq!(said(lines), ["stop Ibuprofen", "start Amlodipine"]);
    let lines = "P: I take ibuprofen.\nD: Stop the ibuprofen.\nP: Okay.\nD: You'll be better off without ibuprofen.";
    assert_eq!(said(lines), ["stop Ibuprofen"]);
}

#[test]
fn what_a_medicine_does_is_no_decision_about_it() {
    let taken = "P: I take ibuprofen, 400 milligrams three times a day.\n";
    for line in ["D: I think the ibuprofen is pushing it up.", "D: The ibuprofen may raise your pressure."] {
        assert_eq!(said(&format!("{taken}{line}")), ["taken Ibuprofen 400 mg three times daily"], "{line}");
    }
    let raised = "P: I take lisinopril, ten milligrams.\nD: The lisinopril is going up to twenty milligrams.";
    assert_eq!(said(raised), ["increase Lisinopril 20 mg"]);
}

#[test]
fn not_wanting_somebody_on_a_medicine_stops_it() {
    let taken = "P: I take ibuprofen, 400 milligrams three times a day.\n";
    for line in [
        "D: So I don't want you on ibuprofen at all. Stop that today.",
        "D: You shouldn't be on ibuprofen with those kidneys.",
    ] {
        assert_eq!(said(&format!("{taken}{line}")), ["stop Ibuprofen 400 mg three times daily"], "{line}");
    }
    assert_eq!(said("D: I want you on ibuprofen, 400 milligrams twice a day."), ["start Ibuprofen 400 mg twice daily"]);
}

#[test]
fn what_somebody_was_taken_off_is_over() {
    for lines in [
        "D: And the amiodarone, are you still taking that?\nP: You took me off that in July.\nD: So I did.",
        "D: Still on the amiodarone?\nP: They took me off it in July.",
    ] {
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        assert_eq!(
            found.iter().map(|one| (one.name.as_str(), one.past)).collect::<Vec<_>>(),
            [("amiodarone", true)],
            "{lines}"
        );
    }
}

#[test]
fn a_companion_sets_a_dose_right() {
    let lines =
        "D: What do you take?\nP: Losartan, I think fifty.\nO: Dad, it's a hundred. I fill the box.\nP: A hundred.";
    assert_eq!(said(lines), ["taken Losartan 100 mg"]);
}

#[test]
fn whether_a_medicine_is_borne_takes_nothing() {
    for lines in
        ["D: Penicillin's okay?\nP: Yes, never had a problem.", "D: Is amoxicillin all right for you?\nP: Yes."]
    {
        assert!(said(lines).is_empty(), "{lines}");
    }
    assert_eq!(said("D: Is the lisinopril okay?\nP: Yes, ten milligrams, no trouble."), ["taken Lisinopril 10 mg"]);
}

#[test]
fn a_denial_ends_before_what_is_taken() {
    let lines = "D: How is the cough?\nP: No fever, and I take my lisinopril, ten.";
    assert_eq!(said(lines), ["taken Lisinopril 10 mg"]);
}

#[test]
fn what_ends_in_steps_says_them() {
    let lines = "P: Lorazepam, point five, at bedtime.\n\
                 D: I'd stop the lorazepam, we take it off slowly, half a tablet at night for two weeks and then none.";
    let found = said(lines);
    assert!(
        found[0].starts_with("stop Lorazepam") && found[0].contains("in steps: \"") && found[0].contains("then none"),
        "{found:?}"
    );
}
