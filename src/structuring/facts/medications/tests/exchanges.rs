//! What two people make of a medicine together: offers, lists that are read out, doses that are put right, what others gave.

use super::{super::*, only_named, readings, said, transcript};

#[test]
fn what_was_taken_for_some_days_is_over_and_what_is_added_to_a_list_is_taken() {
    let gout = "D: What did you take for the gout?\nP: The colchicine. Took it for three days and it settled.";
    assert!(readings(&transcript(gout)).iter().all(|one| one.past), "{gout}");
    let list = "D: Still on the lisinopril, twenty?\nP: Yes. And the Lipitor at night, the forty. And a baby aspirin.";
    assert_eq!(said(list).len(), 3, "{:?}", said(list));
}

/// The names that were advised against.
fn avoided(lines: &str) -> Vec<String> {
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    spoken.avoided.into_iter().map(|one| one.name).collect()
}

#[test]
fn a_dose_that_is_offered_and_declined_never_stands() {
    let before = "P: I take paroxetine, twenty milligrams every morning.\n";
    for exchange in [
        "D: Would you like to go up to thirty or forty on the paroxetine?\nP: I'd rather stay where I am.",
        "D: Do you want to raise the paroxetine to forty?\nP: Not right now.",
        "D: Should we increase the paroxetine to forty milligrams?\nP: No, I'm okay where I am.",
        "D: How would you feel about going up to forty on the paroxetine?\nP: Let me think about it.",
        "D: Are you open to increasing the paroxetine to forty?\nP: I'm scared of side effects.",
    ] {
        assert_eq!(said(&format!("{before}{exchange}")), ["taken Paroxetine 20 mg once daily"], "{exchange}");
    }
    assert_eq!(
        said(&format!(
            "{before}D: Do you want to go up to forty on the paroxetine?\nP: I'd rather not.\nD: Fine, stay on twenty. What about your sleep?"
        )),
        ["continue Paroxetine 20 mg once daily"]
    );
    assert_eq!(
        said(&format!("{before}D: Shall we raise the paroxetine to forty?\nP: Yes, let's do that.")),
        ["increase Paroxetine 40 mg once daily"]
    );
}

#[test]
fn how_often_something_happens_is_no_sig() {
    for lines in [
        "D: You're on paroxetine.\nP: Yes, twenty milligrams. I still have panic attacks about once a month.",
        "P: I take paroxetine, twenty milligrams. I get a headache every week.",
        "P: I take paroxetine, twenty milligrams, and my dizzy spells come once a week.",
    ] {
        assert_eq!(said(lines), ["taken Paroxetine 20 mg"], "{lines}");
    }
    for lines in [
        "D: You're on paroxetine.\nP: Yes, twenty milligrams. I have one every morning.",
        "D: You're on paroxetine.\nP: Yes, twenty milligrams. Every day, with breakfast.",
    ] {
        assert_eq!(said(lines), ["taken Paroxetine 20 mg once daily"], "{lines}");
    }
}

#[test]
fn what_was_never_taken_is_not_stopped() {
    for lines in [
        "D: What about propranolol?\nP: With my asthma?\nD: Good point, then no propranolol.",
        "D: We could use propranolol.\nP: I have asthma.\nD: Right, no propranolol for you.",
        "D: How about propranolol for that?\nP: My inhaler doctor said not to.\nD: Okay, forget the propranolol.",
        "D: Do you want to try propranolol?\nP: I have asthma.\nD: Then propranolol is out.",
        "D: Should we try propranolol?\nP: Is that okay with asthma?\nD: No, I won't use propranolol.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        assert_eq!(avoided(lines), ["propranolol"], "{lines}");
    }
    assert_eq!(said("P: I take propranolol.\nD: With your asthma, no propranolol."), ["stop Propranolol"]);
}

#[test]
fn what_is_offered_and_agreed_to_begins() {
    for lines in [
        "D: What about duloxetine? Thirty milligrams once a day can help.\nP: I could try that.\nD: I'll send duloxetine, 30 milligrams daily.",
        "D: Would you be willing to try duloxetine, thirty milligrams once a day?\nP: Sure.",
        "D: How about duloxetine?\nP: Okay, let's do it.\nD: Good, duloxetine, thirty milligrams once a day.",
    ] {
        assert_eq!(said(lines), ["start Duloxetine 30 mg once daily"], "{lines}");
    }
    assert_eq!(said("D: How about the duloxetine?\nP: I take that, thirty milligrams."), ["taken Duloxetine 30 mg"]);
}

#[test]
fn the_dose_that_both_agree_on_stands() {
    let before = "D: Are you taking the gabapentin?\nP: Yes, three hundred, twice a day.\n";
    for exchange in [
        "D: I have you down for six hundred twice a day.\nP: Oh, you're right, it's six hundred.",
        "D: My list says six hundred.\nP: Oh, it is six hundred.",
        "D: It should be six hundred.\nP: Yes, sorry, six hundred.",
        "D: The bottle says six hundred.\nP: You're right, my mistake.",
        "D: I've got six hundred here.\nP: Six hundred, that's right. I take two of the three hundreds.",
    ] {
        let lines = format!("{before}{exchange}");
        assert_eq!(said(&lines), ["taken Gabapentin 600 mg twice daily"], "{lines}");
        let transcript = transcript(&lines);
        let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
        assert!(spoken.disputed.is_empty() && spoken.unsettled.is_empty(), "{lines}");
    }
}

#[test]
fn a_stop_needs_no_punctuation() {
    for decision in [
        "okay then i want you off the naproxen",
        "let's get you off the naproxen",
        "you need to come off the naproxen",
        "no more naproxen for you",
        "i'd get rid of the naproxen",
        "leave off the naproxen please",
        "i'd like you to be off the naproxen",
    ] {
        assert_eq!(said(&format!("P: i take naproxen every day\nD: {decision}")), ["stop Naproxen once daily"]);
    }
    assert_eq!(
        said("D: I'll keep you off work and give you naproxen, five hundred milligrams twice a day."),
        ["start Naproxen 500 mg twice daily"]
    );
}

#[test]
fn what_somebody_gave_ends_by_the_givers_name() {
    for lines in [
        "P: These ones. Naproxen. Two a day. Ted gave them to me.\nD: No more of Ted's tablets.",
        "P: Ted has naproxen, and I take two a day of it.\nD: I'd like you to stop Ted's pills, please.",
        "P: I've been having naproxen, two a day.\nD: I'd like you to stop the",
    ] {
        assert_eq!(said(lines), ["stop Naproxen twice daily"], "{lines}");
    }
    assert_eq!(said("P: I take naproxen, two a day.\nD: And stop Ted's tablets."), ["taken Naproxen twice daily"]);
}

#[test]
fn a_borrowed_pill_is_no_medicine_of_the_past() {
    for lines in [
        "P: My roommate gave me one of her lorazepam once, but I didn't like it.",
        "P: A friend gave me a lorazepam last month.",
        "P: I took one of her lorazepam in May, and I stopped at that.",
    ] {
        assert_eq!(only_named(lines), ["lorazepam"], "{lines}");
    }
    assert_eq!(said("P: My mom gave me ibuprofen last night."), ["taken Ibuprofen"]);
    assert_eq!(said("P: He gives me some of his naproxen, I take it every day."), ["taken Naproxen once daily"]);
}

#[test]
fn a_strength_is_told_beside_the_count() {
    for (lines, expected) in [
        ("P: He has Flovent, the 44, two puffs twice a day.", "taken Flovent 44 mcg, 2 puffs twice daily"),
        ("P: He takes two puffs of the Flovent 110 twice a day.", "taken Flovent 110 mcg, 2 puffs twice daily"),
        (
            "P: I use Flonase, fifty micrograms, one spray in each nostril once a day.",
            "taken Flonase 50 mcg, 1 spray once daily",
        ),
        (
            "P: I use Symbicort, one sixty over four point five, two puffs twice a day.",
            "taken Symbicort 160/4.5 mcg, 2 puffs twice daily",
        ),
        ("P: I take metformin, 500 milligrams, two tablets twice a day.", "taken Metformin 1000 mg twice daily"),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
    }
}

#[test]
fn the_strength_of_a_combination_stands() {
    for lines in [
        "P: I take Entresto 49/51 twice a day.",
        "P: Entresto, the forty nine fifty one, twice a day.",
        "D: And the Entresto?\nP: Forty nine over fifty one, it says. Morning and night.",
        "D: Then the Entresto.\nP: Forty nine fifty one. Twice a day.",
    ] {
        assert_eq!(said(lines), ["taken Entresto 49/51 mg twice daily"], "{lines}");
    }
    assert_eq!(said("P: I take Percocet 5/325 when I need it."), ["taken Percocet 5/325 mg as needed"]);
}

#[test]
fn a_list_that_is_read_out_begins_nothing() {
    for lines in [
        "D: You're on ramipril?\nP: Yes.\nD: And simvastatin 40 at bedtime.\nP: Yes.",
        "D: You take ramipril?\nP: Yes.\nD: Also simvastatin, forty, at bedtime.\nP: Mm-hmm.",
        "D: So ramipril, still?\nP: Yes.\nD: And simvastatin forty milligrams at night.",
    ] {
        assert!(said(lines).contains(&"taken Simvastatin 40 mg at bedtime".to_owned()), "{lines}: {:?}", said(lines));
    }
    for lines in [
        "D: You're on ramipril?\nP: Yes.\nD: For the cholesterol, simvastatin 40 at bedtime.\nP: Okay.",
        "D: You're on ramipril?\nP: Yes.\nD: I'd like to add simvastatin 40 at bedtime.\nP: Yes.",
        "D: You're on ramipril?\nP: Yes.\nD: And simvastatin 40 at bedtime.\nP: Okay, is that new?",
    ] {
        assert!(said(lines).contains(&"start Simvastatin 40 mg at bedtime".to_owned()), "{lines}: {:?}", said(lines));
    }
}

#[test]
fn a_reminder_forbids_nothing() {
    for line in [
        "D: Don't forget the losartan, fifty milligrams once a day.",
        "D: And never forget to take your losartan, fifty milligrams once a day.",
    ] {
        assert_eq!(said(&format!("P: I take losartan, fifty milligrams once a day.\n{line}")).len(), 1, "{line}");
        assert!(avoided(line).is_empty() && !said(line).is_empty(), "{line}: {:?}", said(line));
    }
}

#[test]
fn what_ran_out_long_ago_is_over() {
    let past = |lines: &str| {
        let transcript = transcript(lines);
        medications(&Visit::new(&transcript), DrugTable::bundled()).medications[0].past
    };
    for lines in [
        "P: I ran out of the losartan in the summer.",
        "D: Are you taking the losartan?\nP: I ran out in the spring.",
        "D: And the losartan?\nP: Ran out months ago and never refilled it.",
        "D: Do you take the losartan?\nP: I haven't had it in months.",
        "P: My losartan ran out and I didn't go back for more.",
    ] {
        assert!(past(lines), "{lines}");
    }
    assert!(!past("P: My losartan ran out."), "it is to be refilled");
    assert!(!past("P: I ran out of losartan on Monday."), "it is to be refilled");
}

#[test]
fn what_is_restarted_begins_at_its_new_dose() {
    for (lines, expected) in [
        (
            "P: I stopped the losartan, a hundred milligrams, in May.\nD: Let's restart the losartan at fifty milligrams once a day.",
            "start Losartan 50 mg once daily",
        ),
        (
            "P: I stopped the losartan in May.\nD: Let's restart it at fifty milligrams once a day.",
            "start Losartan 50 mg once daily",
        ),
        (
            "P: I used to take losartan, a hundred.\nD: I'd go back on the losartan, fifty milligrams once a day.",
            "start Losartan 50 mg once daily",
        ),
    ] {
        assert_eq!(said(lines), [expected], "{lines}");
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        assert!(!found[0].past, "{lines}");
    }
}

#[test]
fn what_a_patient_may_not_take_is_advised_against() {
    let asked = "P: Can I take naproxen for the aches?\n";
    for reply in [
        "D: I'd rather you didn't, with the prednisone.",
        "D: No, it doesn't go with the prednisone.",
        "D: You shouldn't, on the prednisone.",
        "D: Better not.",
        "D: Please don't. Your kidneys won't like it.",
    ] {
        assert_eq!(avoided(&format!("{asked}{reply}")), ["naproxen"], "{reply}");
    }
    for reply in ["D: Yes, that's fine.", "D: You can, with food.", "D: Sure."] {
        assert!(avoided(&format!("{asked}{reply}")).is_empty(), "{reply}");
    }
}

#[test]
fn what_is_used_if_needed_begins_and_what_was_given_last_time_is_over() {
    assert_eq!(said("D: Use acetaminophen if you need something."), ["start Acetaminophen as needed"]);
    let lines = "P: Last time they gave me azithromycin, and it upset my stomach.\nD: Then we won't use that.";
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    assert!(spoken.medications.iter().all(|one| one.past), "{:?}", said(lines));
    let twice = "P: I take the tiotropium every morning and the albuterol. I've been using the albuterol six or seven times a day.";
    assert_eq!(said(twice), ["taken Tiotropium once daily", "taken Albuterol six or seven times daily"]);
}

/// What was said of medicines, each with its reason to look at it.
fn unsettled(lines: &str) -> Vec<(String, &'static str)> {
    let transcript = transcript(lines);
    let spoken = medications(&Visit::new(&transcript), DrugTable::bundled());
    spoken.unsettled.into_iter().map(|one| (one.text, one.reason)).collect()
}

#[test]
fn a_dose_moves_whichever_way_it_is_put() {
    for (decision, expected) in [
        ("The losartan goes up to a hundred.", "increase Losartan 100 mg once daily"),
        ("I'd like to put it up to a hundred milligrams.", "increase Losartan 100 mg once daily"),
        (
            "Your pressure is still too high for me at these numbers, so we'll go to one hundred.",
            "increase Losartan 100 mg once daily",
        ),
        ("Let's bring the losartan down to twenty five.", "decrease Losartan 25 mg once daily"),
        ("Losartan to a hundred, please.", "increase Losartan 100 mg once daily"),
        ("Let's nudge that up to a hundred.", "increase Losartan 100 mg once daily"),
        ("Losartan down to twenty five.", "decrease Losartan 25 mg once daily"),
        ("We'll double the losartan.", "increase Losartan once daily"),
        ("I'd take two instead of one of them.", "increase Losartan once daily"),
        ("Stick with the losartan.", "continue Losartan 50 mg once daily"),
        ("Keep on with the losartan.", "continue Losartan 50 mg once daily"),
        ("Keep going with that.", "continue Losartan 50 mg once daily"),
        ("No change there, same again.", "continue Losartan 50 mg once daily"),
        ("Everything else stays as it is.", "continue Losartan 50 mg once daily"),
        ("The blood pressure tablet stays the same.", "continue Losartan 50 mg once daily"),
        ("Let's ditch the losartan.", "stop Losartan 50 mg once daily"),
        ("I'd rather you didn't take any more of it.", "stop Losartan 50 mg once daily"),
        ("The kidney doctor put it up to a hundred, I see.", "taken Losartan 50 mg once daily"),
    ] {
        let lines = format!("P: I take losartan, fifty milligrams, every morning.\nD: {decision}");
        assert_eq!(said(&lines), [expected], "{decision}");
    }
    let both = "P: I take losartan, fifty milligrams, and amlodipine, five milligrams.\nD: Keep both of those going.";
    assert_eq!(said(both), ["continue Losartan 50 mg", "continue Amlodipine 5 mg"]);
}

#[test]
fn what_is_not_settled_is_told() {
    let before = "P: I take losartan, fifty milligrams, every morning.\n";
    assert!(unsettled(&format!("{before}D: We'll double the losartan."))[0].1.contains("not understood"));
    assert!(unsettled(&format!("{before}D: Keep the losartan.")).is_empty());
    let parts = "P: Humalog, ten units with breakfast and eight with lunch.\nD: Let's lower the lunch dose of the Humalog to five.";
    assert_eq!(said(parts).len(), 1);
    assert!(said(parts)[0].starts_with("decrease Humalog") && !said(parts)[0].contains("units"), "{:?}", said(parts));
    assert_eq!(unsettled(parts).len(), 1);
}

#[test]
fn a_change_is_not_undone_by_going_on() {
    assert_eq!(
        said(
            "P: Warfarin, seven and a half milligrams.\nD: Skip tonight's warfarin, then go back to five milligrams every day.\nP: I don't want another one.\nD: That's fine, then we stay with warfarin."
        ),
        ["decrease Warfarin 5 mg once daily"]
    );
}

#[test]
fn what_was_never_taken_or_is_anothers_is_left_out() {
    for lines in [
        "D: And the Ozempic?\nP: They wouldn't pay for it, so I never started it.",
        "D: How is your husband?\nP: He had a stent. He's on Plavix.",
        "D: The glucose rose before we started the insulin.",
    ] {
        assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
    }
    assert_eq!(said("D: Any ibuprofen, Aleve?\nP: Aleve, for my back, every day."), ["taken Aleve once daily"]);
}

#[test]
fn what_is_over_is_past() {
    let past = |lines: &str| {
        let transcript = transcript(lines);
        let found = medications(&Visit::new(&transcript), DrugTable::bundled()).medications;
        found.iter().map(|one| (one.name.clone(), one.past)).collect::<Vec<_>>()
    };
    for lines in [
        "D: The simvastatin we stopped in the spring.",
        "D: What did you try before that?\nP: Simvastatin, after my operation.",
        "P: I'm off the simvastatin since Easter.",
        "P: I used some simvastatin, it did nothing.",
    ] {
        assert_eq!(past(lines), [("simvastatin".to_owned(), true)], "{lines}");
    }
}

#[test]
fn an_amount_in_a_volume_or_a_day_is_no_dose() {
    assert_eq!(
        said("D: I'd use cefdinir, 250 milligrams per five, let me see, so that's a hundred milligrams twice a day."),
        ["start Cefdinir 100 mg twice daily"]
    );
    assert_eq!(
        said("P: I take Aleve.\nD: Stop the Aleve. Use Tylenol instead, up to three grams a day, no more."),
        ["stop Aleve", "start Tylenol"]
    );
}

#[test]
fn several_are_decided_at_once() {
    assert_eq!(
        said("P: Ramipril five, bisoprolol five, and aspirin.\nD: Good, stay on all of those."),
        ["continue Ramipril 5 mg", "continue Bisoprolol 5 mg", "continue Aspirin"]
    );
    assert_eq!(
        said("P: I take atorvastatin.\nD: We'll add ezetimibe, ten milligrams, on top of the atorvastatin."),
        ["continue Atorvastatin", "start Ezetimibe 10 mg"]
    );
    assert!(said("D: I have codeine down here.").is_empty());
    assert_eq!(said("D: Any trouble with the metformin?\nP: No, none."), ["taken Metformin"]);
    assert_eq!(said("D: Is your gabapentin helping?\nP: Not really."), ["taken Gabapentin"]);
    assert!(said("D: Any trouble with penicillin?\nP: No.").is_empty());
    assert_eq!(said("D: Put some of the clotrimazole cream on it twice a day."), ["start Clotrimazole twice daily"]);
}

#[test]
fn a_plan_needs_no_verb() {
    for (lines, expected) in [
        ("D: It's a fungus. For the itch, clotrimazole cream, twice a day.", vec!["start Clotrimazole twice daily"]),
        ("D: Let's treat this. Doxycycline, a hundred milligrams.", vec!["start Doxycycline 100 mg"]),
        (
            "P: I take ramipril, five milligrams, and aspirin.\nD: Keep the aspirin. And the ramipril too.",
            vec!["continue Ramipril 5 mg", "continue Aspirin"],
        ),
        ("P: I take bisoprolol.\nD: I wouldn't change the bisoprolol.", vec!["continue Bisoprolol"]),
        ("P: I take bisoprolol.\nD: I'm happy with the bisoprolol.", vec!["continue Bisoprolol"]),
        ("P: Can I get a refill of the bisoprolol?\nD: Of course.", vec!["continue Bisoprolol"]),
        (
            "P: I take letrozole.\nD: We can swap. Rest for a week, then start exemestane instead.",
            vec!["stop Letrozole", "start Exemestane"],
        ),
    ] {
        assert_eq!(said(lines), expected, "{lines}");
    }
}

#[test]
fn what_depends_on_something_is_not_decided() {
    let before = "P: I take losartan, fifty milligrams, every morning.\nD: Right.\n";
    for warning in [
        "D: If you get dizzy, stop it.",
        "D: When the pressure is under one twenty, we'll halve it.",
        "D: It pushes up your potassium.",
        "D: Losartan protects the kidneys, don't ever stop that.",
    ] {
        let got = said(&format!("{before}{warning}"));
        let kept = ["taken Losartan 50 mg once daily", "continue Losartan 50 mg once daily"];
        assert!(got.len() == 1 && kept.contains(&got[0].as_str()), "{warning}: {got:?}");
    }
    assert_eq!(
        said("P: I take atorvastatin, twenty.\nD: Your cholesterol is high, so the atorvastatin needs to go to forty."),
        ["increase Atorvastatin 40 mg"]
    );
}

#[test]
fn a_swap_ends_one_however_it_is_put() {
    for decision in [
        "Let's trade the omeprazole for pantoprazole, forty milligrams once a day.",
        "That one isn't doing much, so we'll take it away and start pantoprazole, forty milligrams once a day.",
        "I'd like you off the omeprazole. Pantoprazole instead, forty milligrams once a day.",
    ] {
        assert_eq!(
            said(&format!("P: I take omeprazole, twenty.\nD: {decision}")),
            ["stop Omeprazole 20 mg", "start Pantoprazole 40 mg once daily"],
            "{decision}"
        );
    }
}

#[test]
fn a_dose_alone_finds_its_medicine() {
    assert_eq!(
        said(
            "P: One twenty five of levothyroxine. And ramipril, five.\nD: That's a bit much. Let's come down to a hundred and twelve."
        ),
        ["decrease Levothyroxine 112 mcg", "taken Ramipril 5 mg"]
    );
    assert_eq!(
        said("P: Lantus, twenty units.\nD: Mornings are high, so Lantus, go to twenty four."),
        ["increase Lantus 24 units"]
    );
}

#[test]
fn a_question_without_its_mark_is_confirmed() {
    let asked = "D: And the losartan, 100 once a day.\nP: Yes.";
    assert_eq!(said(asked), ["taken Losartan 100 mg once daily"]);
    let kept = format!("{asked}\nD: Keep the losartan at 100.");
    assert_eq!(said(&kept), ["continue Losartan 100 mg once daily"]);
    assert_eq!(said("D: And omeprazole, 20 milligrams once a day.\nP: Okay."), ["start Omeprazole 20 mg once daily"]);
}

#[test]
fn what_a_medicine_does_may_end_it() {
    let lines = "P: It started after the new water pill.\nD: That's the chlorthalidone. You're taking 25 milligrams.\n\
                 P: Every morning.\nD: The chlorthalidone is pushing it down, so I don't want you on that anymore. Stop it today.";
    assert_eq!(said(lines), ["stop Chlorthalidone 25 mg once daily"]);
}
