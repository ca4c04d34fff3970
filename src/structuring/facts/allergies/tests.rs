use super::*;
use crate::structuring::testing::transcript;

fn said(lines: &str) -> (Vec<(String, Option<String>)>, bool) {
    let transcript = transcript(lines);
    let found = allergies(&Visit::new(&transcript), DrugTable::bundled());
    let pair = |allergy: Allergy| (allergy.substance.into_string(), allergy.reaction.map(|text| text.into_string()));
    (found.known.into_iter().map(pair).collect(), found.none_known.is_some())
}

#[test]
fn an_answer_names_substance_and_reaction() {
    let (known, none) =
        said("D: Any allergies to medicines?\nP: Just penicillin. I got a rash all over, when I was a kid.");
    assert_eq!(known, [("penicillin".to_owned(), Some("a rash all over".to_owned()))]);
    assert!(!none);
}

#[test]
fn a_statement_is_enough() {
    assert_eq!(said("P: I'm allergic to sulfa, I get hives.").0, [("sulfa".to_owned(), Some("hives".to_owned()))]);
    assert_eq!(
        said("D: Allergies?\nP: Codeine makes me throw up.").0,
        [("codeine".to_owned(), Some("throw up".to_owned()))]
    );
    assert_eq!(
        said("P: I can't take penicillin, it's giving me hives.").0,
        [("penicillin".to_owned(), Some("hives".to_owned()))]
    );
    assert_eq!(said("P: And sulfa gives me hives.").0, [("sulfa".to_owned(), Some("hives".to_owned()))]);
    assert_eq!(
        said("D: Now, allergies. I've got penicillin here.\nP: Yes. My throat swelled up.").0,
        [("penicillin".to_owned(), Some("My throat swelled up".to_owned()))]
    );
    assert_eq!(said("D: And you have a latex allergy.").0, [("latex".to_owned(), None)]);
}

#[test]
fn a_later_allergy_withdraws_a_denial() {
    for (told, substance) in [
        ("O: Dad, you had that swelling of the lips with enalapril.\nP: Oh yes, that's right. Enalapril.", "enalapril"),
        ("O: Remember, your face swelled up from the enalapril.", "enalapril"),
        ("D: The chart says you had a bad reaction to enalapril.\nP: Oh, yes.", "enalapril"),
        ("P: Oh, wait. Enalapril made my tongue swell.", "enalapril"),
        ("P: Well, I got hives after codeine once.", "codeine"),
    ] {
        let (known, none) = said(&format!("D: Are you allergic to anything?\nP: Not that I know of.\n{told}"));
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [substance], "{told}");
        assert!(!none, "{told}");
    }
    assert!(said("P: I have some swelling of my ankles with the amlodipine.").0.is_empty());
}

#[test]
fn a_name_and_then_what_it_brings_on_is_enough() {
    for (lines, substance) in [
        ("D: Does he react to any foods?\nO: Peanuts. He gets hives.", "peanuts"),
        ("D: Anything he can't eat?\nO: Pee nuts, he gets hives.", "peanuts"),
        ("D: I have one written down. The dye for scans?\nP: Yes, the contrast. I came up in hives.", "contrast"),
        ("D: Any bad reactions to anything?\nP: Shrimp. My lips swell.", "shrimp"),
        ("D: What about latex?\nP: Yes, latex. I break out in a rash.", "latex"),
    ] {
        let (known, _) = said(lines);
        assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [substance], "{lines}");
    }
    for lines in [
        "D: What do you put on it?\nO: Hydrocortisone. He gets a rash on his elbows.",
        "D: What did you eat?\nP: Fish. I had a long day.",
    ] {
        assert!(said(lines).0.is_empty(), "{lines}");
    }
}

#[test]
fn a_substance_that_no_list_has_is_named_in_the_answer() {
    assert_eq!(
        said("D: Are you allergic to anything?\nP: Elastoplast brings me out in a rash.").0,
        [("elastoplast".to_owned(), Some("a rash".to_owned()))]
    );
    assert!(said("D: Any allergies?\nP: It makes me itch all over.").0.is_empty());
}

#[test]
fn what_came_instead_is_no_allergy() {
    assert_eq!(
        said("P: Yes, hives. And lisinopril made me cough, that's why we changed to losartan.").0,
        [("lisinopril".to_owned(), Some("cough".to_owned()))]
    );
}

#[test]
fn what_is_chosen_for_an_allergy_is_none() {
    assert_eq!(
        said("D: I was thinking amoxicillin, but with the penicillin allergy we'll do doxycycline.").0,
        [("penicillin".to_owned(), None)]
    );
    assert!(said("P: He had a rash after amoxicillin once, but the allergist said he's not allergic.").0.is_empty());
    assert_eq!(said("P: I can't have contrast dye, I had swelling in the face with it.").0[0].0, "contrast dye");
    assert_eq!(
        said("D: Allergies?\nP: Nitrofurantoin, and I got short of breath with it.").0,
        [("nitrofurantoin".to_owned(), Some("short of breath".to_owned()))]
    );
}

#[test]
fn what_a_clinician_warns_of_has_not_happened() {
    for line in [
        "D: I'll start ramipril. Ramipril can give you a cough.",
        "D: If the ramipril makes you cough, call us.",
        "D: Amoxicillin sometimes gives you a rash.",
    ] {
        assert!(said(line).0.is_empty(), "{line}: {:?}", said(line).0);
    }
    assert_eq!(said("D: So ramipril made you cough.").0, [("ramipril".to_owned(), Some("cough".to_owned()))]);
}

#[test]
fn what_a_clinician_forbids_is_no_allergy() {
    assert!(said("P: I take Viagra sometimes.\nD: You can't take Viagra with nitroglycerin.").0.is_empty());
}

#[test]
fn none_known_is_a_fact_too() {
    assert_eq!(said("D: Any drug allergies?\nP: No, none that I know of."), (vec![], true));
    assert_eq!(said("P: No known drug allergies."), (vec![], true));
}

#[test]
fn a_denied_or_foreign_allergy_is_none() {
    assert!(said("P: I'm not allergic to penicillin.").0.is_empty());
    assert!(said("P: My sister is allergic to codeine.").0.is_empty());
}

#[test]
fn all_of_a_reaction_is_told() {
    let (known, _) = said("D: Any allergies?\nP: Amoxicillin. He got a rash all over, with his lips swollen.");
    assert_eq!(known, [("amoxicillin".to_owned(), Some("a rash all over, with his lips swollen".to_owned()))]);
}

#[test]
fn each_substance_has_its_own_reaction() {
    let (known, _) = said("D: Any allergies?\nP: Codeine makes me throw up. And latex, I get a rash.");
    assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["codeine", "latex"]);
    let (known, _) = said("D: Any allergies?\nP: Morphine. And she says shellfish.\nP: My lips swell up.");
    assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["morphine", "shellfish"]);
    assert_eq!(known[0].1, None);
    let (known, _) = said("D: Allergies, still just bupropion?\nP: Yeah, the hives.");
    assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["bupropion"]);
    let (known, _) = said(
        "D: You're allergic to penicillin, aren't you?\nP: Yes, I get hives. And I'm taking atorvastatin twenty at night.",
    );
    assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["penicillin"]);
    assert!(said("P: Amiodarone hurt my thyroid.\nD: Amiodarone, not an allergy, but we won't use that.").0.is_empty());
    let (known, _) =
        said("D: Any allergies?\nP: Ciprofloxacin. My tendon got inflamed. And shellfish makes my lips swell.");
    let names: Vec<_> = known.iter().map(|(name, reaction)| (name.as_str(), reaction.is_some())).collect();
    assert_eq!(names, [("ciprofloxacin", true), ("shellfish", true)]);
    assert_eq!(known[0].1.as_deref(), Some("My tendon got inflamed"));
}

fn names(lines: &str) -> Vec<String> {
    said(lines).0.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn whoever_is_asked_and_however_names_an_allergen() {
    for (lines, substance) in [
        ("D: Is there any tablet you can't take?\nP: Morphine. I threw up all night.", "morphine"),
        ("D: Anything that doesn't agree with you?\nP: Erythromycin. My stomach.", "erythromycin"),
        ("D: Any trouble with medicines?\nP: Tramadol, I was dizzy for a day.", "tramadol"),
        ("D: And remind me about allergies.\nP: Wellbutrin gave me a seizure.", "wellbutrin"),
        ("D: Allergies, I have naproxen down here.\nO: It gave him hives.", "naproxen"),
        ("D: So no penicillin for you, I have that here. Anything else you react to?\nP: No.", "penicillin"),
        ("D: And no allergies besides the nickel?\nP: No.", "nickel"),
        ("D: Any allergies?\nP: None to medicines.\nO: Mum, the iodine, remember?", "iodine"),
        ("D: And you're allergic to sulfa?\nP: As far as I know.", "sulfa"),
        ("P: They gave me Keflex and my whole face blew up.", "keflex"),
        ("P: I can't wear latex, I get blisters.", "latex"),
        ("D: Any allergies?\nP: No foods. Clindamycin.", "clindamycin"),
    ] {
        assert_eq!(names(lines), [substance], "{lines}");
    }
    assert_eq!(names("D: Allergies?\nP: Bee stings. I carry an EpiPen."), ["bee stings"]);
    assert_eq!(names("D: I've got aspirin and codeine down as allergies.\nP: Yes."), ["aspirin", "codeine"]);
    assert_eq!(names("D: Any allergies?\nP: Peanuts.\nD: Anything else?\nP: Bananas."), ["peanuts", "bananas"]);
}

#[test]
fn what_helps_or_is_borne_or_is_anothers_is_no_allergen() {
    for lines in [
        "P: I take Zyrtec for my allergies.",
        "D: Any allergies?\nP: No. I have Tylenol at home for the pain.",
        "P: I can't take ibuprofen with my kidneys.",
        "P: I was sick as a dog from the flu.",
        "D: Your pollen allergy makes the lining swell.",
        "D: I see latex on the chart as an allergy.\nP: No, that's wrong, I'm not allergic to latex.",
        "D: Any allergies?\nO: My son is allergic to eggs, but Zoe has eggs every day. She loves them.",
        "D: Are you allergic to tape?\nP: No.",
        "D: Any allergies?\nO: His brother's allergic to walnuts.",
        "P: They said I was allergic to penicillin. The allergist tested me last year and it was negative.",
        "P: My cardiologist says I can't have naproxen since the stents.",
    ] {
        assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
    }
    assert_eq!(names("D: Allergic to anything, tape, creams?\nP: Bacitracin. It blisters me."), ["bacitracin"]);
}

#[test]
fn a_reaction_is_of_its_own_clause_and_tells_the_kind() {
    let kinds = |lines: &str| {
        let transcript = transcript(lines);
        let known = allergies(&Visit::new(&transcript), DrugTable::bundled()).known;
        let told = |one: Allergy| (one.reaction.map(|reaction| reaction.into_string()), one.kind);
        known.into_iter().map(told).collect::<Vec<_>>()
    };
    use crate::domain::AllergyKind::{Allergy as Allergic, Intolerance};
    assert_eq!(
        kinds("O: He got a swollen face from enalapril.\nD: Okay. Any shortness of breath?\nP: A little."),
        [(Some("swollen face".to_owned()), Allergic)]
    );
    assert_eq!(
        kinds("D: Do you still take the metformin?\nP: No, it gave me terrible diarrhea, I quit."),
        [(Some("diarrhea".to_owned()), Intolerance)]
    );
    assert_eq!(kinds("P: I'm allergic to cefdinir.\nD: Okay. Any rash today?\nP: A rash, yes."), [(None, Allergic)]);
}

#[test]
fn one_substance_by_two_names_is_one_allergy() {
    assert_eq!(names("P: I'm allergic to Wellbutrin.\nD: Right, you had hives with bupropion."), ["wellbutrin"]);
    assert_eq!(names("D: Any allergies?\nP: Peanuts. He's very allergic to peanut."), ["peanuts"]);
}

#[test]
fn what_was_borne_or_comes_off_the_list_is_none() {
    for lines in [
        "D: But you're not allergic to sulfa.\nP: No, I've had sulfa plenty.",
        "D: Any allergies?\nP: No. Doctors think I'm allergic to penicillin, but I took ampicillin in May and nothing happened.",
        "D: And any quinolones, like Levaquin?\nP: Levaquin, yes, I took that once. Fine.",
        "D: Allergies, I have iodine and nickel on here.\nP: That's not right.\nD: So no iodine and no nickel allergy.",
        "D: Any allergies?\nP: Latex, no. They always ask.",
        "D: Any allergies?\nP: I used to be allergic to soy, but I outgrew it.",
    ] {
        assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
    }
    // What is said of one is said of no other.
    assert_eq!(names("D: Allergies?\nP: I was allergic to soy, I outgrew it. Wasps, my throat closes."), ["wasps"]);
    let told =
        "D: Allergies, I've got penicillin.\nP: The penicillin, I had a rash when I was two. But ampicillin was fine.";
    assert_eq!(said(told).0, [("penicillin".to_owned(), Some("a rash".to_owned()))]);
    assert_eq!(
        names("D: Allergies, I have iodine and nickel here.\nP: That's wrong, the iodine, I'm fine with iodine."),
        ["nickel"]
    );
}

#[test]
fn what_a_relative_reacts_to_by_name_is_the_relatives() {
    for lines in [
        "O: My older one, Hugo, has a cough too.\nD: Any allergies?\nO: No, that's Hugo. Hugo's allergic to cefdinir.",
        "P: My brother Gus is here too.\nD: Any allergies?\nP: Gus can't have eggs. He gets hives.",
        "D: And sulfa?\nP: That's my aunt, she can't have sulfa. I'm fine with it.",
        "O: Can she have cefdinir, with her sister being allergic?",
    ] {
        assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
    }
}

#[test]
fn what_is_seen_or_comes_up_next_is_no_allergen() {
    let told = "D: Allergies?\nP: Morphine makes me loopy.\nO: He saw dogs. On the ceiling.\n\
                D: I'll put that down as a bad reaction. And the clot, that's why the warfarin.";
    assert_eq!(said(told).0, [("morphine".to_owned(), Some("loopy".to_owned()))]);
    assert!(names("D: No allergies, right?\nP: Right.\nD: I saw your dog outside.").is_empty());
}

#[test]
fn what_is_asked_by_name_or_concluded_counts_by_what_it_did() {
    use crate::domain::AllergyKind::{Allergy as Allergic, Intolerance};
    for (lines, substance, kind) in [
        ("D: Any allergies?\nP: No.\nD: And Levaquin?\nP: I tore my Achilles.", "levaquin", Intolerance),
        ("D: Any allergies?\nP: No.\nD: So just loose stools with cefdinir.", "cefdinir", Intolerance),
        ("D: Any allergies?\nP: Just erythromycin. It upsets my stomach.", "erythromycin", Intolerance),
        ("D: Foods he can't have?\nO: Cashews, though, he threw up and got hives.", "cashews", Allergic),
    ] {
        let transcript = transcript(lines);
        let known = allergies(&Visit::new(&transcript), DrugTable::bundled()).known;
        let found: Vec<_> = known.iter().map(|one| (one.substance.as_str(), one.kind)).collect();
        assert_eq!(found, [(substance, kind)], "{lines}");
    }
}

#[test]
fn every_way_of_listing_harm_counts() {
    for (lines, expected) in [
        ("D: Any allergies?\nP: Sulfa. My lips swelled. And Compazine locked my jaw.", vec!["sulfa", "compazine"]),
        ("D: Allergies?\nP: Well, I don't do well with Vicodin.", vec!["vicodin"]),
        ("D: What about food?\nP: I can't eat cashews, my mouth gets itchy.", vec!["cashews"]),
        ("D: So no changes in allergies, codeine and latex?\nP: No changes.", vec!["codeine", "latex"]),
        ("D: The chart says a sulfa allergy and ramipril cough.\nP: Right.", vec!["sulfa", "ramipril"]),
        ("D: The allergy list says codeine.\nP: I don't remember that.\nD: I'll remove it.", vec![]),
    ] {
        assert_eq!(names(lines), expected, "{lines}");
    }
    let told = "D: Any allergies?\nO: Cefdinir. He had a rash, but he's had cephalexin since and did fine.";
    assert_eq!(said(told).0, [("cefdinir".to_owned(), Some("a rash".to_owned()))]);
    assert_eq!(
        said("D: Any allergies?\nP: Cats. And the pressure pill gave me a cough, the ramipril.").0[0],
        ("cats".to_owned(), None)
    );
    assert_eq!(
        said("D: Allergies?\nP: When they gave me vancomycin I got itchy.").0,
        [("vancomycin".to_owned(), Some("itchy".to_owned()))]
    );
}

#[test]
fn what_comes_late_in_the_answer_counts_too() {
    for (lines, expected) in [
        (
            "D: Are you allergic to anything?\nP: Cold rooms.\nD: To medicines?\nP: No. Oh, Keflex. I got a rash.",
            vec!["keflex"],
        ),
        ("D: Allergies?\nP: Crab. Oh and aspirin, no, not aspirin, Aleve. My eyes swelled.", vec!["crab", "aleve"]),
        (
            "D: No allergies?\nP: Wasn't there something with codeine?\nD: Yes, you had hives after the codeine.",
            vec!["codeine"],
        ),
        ("D: You had a reaction to amlodipine?\nP: Swollen legs.", vec!["amlodipine"]),
        ("D: It says codeine allergy here.\nP: That was my mother.", vec![]),
    ] {
        assert_eq!(names(lines), expected, "{lines}");
    }
    let told = said("D: Allergies?\nP: Crab, it's throat closing, and peanuts.").0;
    assert_eq!(told[1], ("peanuts".to_owned(), None));
}

#[test]
fn what_is_taken_or_kept_at_home_is_no_allergen() {
    for lines in [
        "D: Any allergies?\nP: No.\nD: And what do you take?\nP: Metoprolol and lisinopril. I had a cough last week.",
        "D: Any allergies?\nP: No.\nD: Medicines?\nP: Lisinopril. I had a cough last week.",
        "D: Is she allergic to dogs?\nO: We have two dogs and a cat, she's fine with them.",
    ] {
        assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
    }
    assert_eq!(names("D: So codeine's the only allergy?\nP: That's the only one."), ["codeine"]);
    assert_eq!(names("P: My legs ached so I stopped.\nD: So muscle aches on atorvastatin."), ["atorvastatin"]);
}

#[test]
fn a_reaction_without_its_substance_is_told_and_no_allergies_are_not() {
    let told = |lines: &str| {
        let transcript = transcript(lines);
        let found = allergies(&Visit::new(&transcript), DrugTable::bundled());
        (found.known.len(), found.unnamed.len(), found.none_known.is_some())
    };
    let lines = "D: Now, allergies. I've got pennyslim here.\nP: Yes, my throat swelled up, I was in the hospital.";
    assert_eq!(told(lines), (0, 1, false));
    let lines =
        "D: Is he allergic to anything?\nO: No medicines.\nD: Any foods?\nO: Cashews. He swelled up around the lips.";
    assert_eq!(told(lines), (1, 0, false));
    assert_eq!(
        said("D: Allergies?\nP: Penicillin, hives. And sulfa makes my throat close up.").0[1].1.as_deref(),
        Some("my throat close up")
    );
    assert_eq!(told("D: Any allergies?\nP: No. My sister gets hives from shrimp."), (0, 0, true));
}

#[test]
fn what_only_sounds_like_a_denial_takes_no_allergy_away() {
    let names = |lines: &str| said(lines).0.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("P: Yes, my wife drove me.\nD: Any allergies?\nP: Yes, penicillin."), ["penicillin"]);
    assert_eq!(names("D: Any allergies?\nP: I'm allergic to penicillin, no other allergies."), ["penicillin"]);
    assert_eq!(
        names("P: I'm allergic to penicillin, I get hives.\nD: Okay. And the heart?\nP: The stress test was fine."),
        ["penicillin"]
    );
}

#[test]
fn a_rash_that_came_of_it_is_an_allergy() {
    let (known, _) = said(
        "D: And that rash you got from the Bactrim, that was all over, wasn't it\nP: Yeah, all over my chest and back, hives.",
    );
    assert_eq!(known.len(), 1, "{known:?}");
    assert_eq!(known[0].0, "bactrim");
}

#[test]
fn what_a_companion_reacted_to_is_theirs() {
    let (known, _) = said(
        "D: And it's penicillin you react to?\nP: No, that's Dan. I'm the latex one. I get welts from the gloves.\n\
         O: Yeah, I swelled up like a balloon with amoxicillin as a kid.",
    );
    let named: Vec<&str> = known.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(named, ["latex"]);
}

#[test]
fn the_one_who_cannot_take_it_is_not_for_sure_the_patient() {
    let transcript =
        transcript("D: Any allergies?\nP: Erythromycin. I got hives.\nO: And the one who can't take aspirin.");
    let found = allergies(&Visit::new(&transcript), DrugTable::bundled());
    let named: Vec<&str> = found.known.iter().map(|one| one.substance.as_str()).collect();
    assert_eq!(named, ["erythromycin"]);
    assert_eq!(found.unnamed.len(), 1, "it is asked after");
}

#[test]
fn an_allergen_is_what_the_words_govern() {
    for (lines, expected) in [
        ("P: I'm on a baby aspirin every day and I'm allergic to morphine, it makes me itch.", vec!["morphine"]),
        ("P: I take losartan 50 in the morning, and I can't take codeine, it makes me throw up.", vec!["codeine"]),
        ("P: I use Flonase every day, and I get hives from shrimp.", vec!["shrimp"]),
        ("P: I take metformin every day and sulfa gives me hives.", vec!["sulfa"]),
        ("P: I'm allergic to penicillin and I'm taking warfarin.", vec!["penicillin"]),
        ("O: She takes amlodipine and she's allergic to iodine.", vec!["iodine"]),
        ("D: Any allergies?\nP: I take lisinopril and I react badly to morphine.", vec!["morphine"]),
        // What is said of several, or points back, is said of them.
        ("P: I'm allergic to penicillin, sulfa and codeine.", vec!["penicillin", "sulfa", "codeine"]),
        ("P: Aspirin and codeine, I'm allergic to both.", vec!["aspirin", "codeine"]),
        ("P: Penicillin I'm allergic to.", vec!["penicillin"]),
        ("P: I was taking naproxen and I broke out in hives.", vec!["naproxen"]),
        ("P: I take aspirin sometimes and I'm really allergic to it.", vec!["aspirin"]),
    ] {
        assert_eq!(names(lines), expected, "{lines}");
    }
}

#[test]
fn what_the_clinician_ends_and_the_patient_repeats_is_no_allergy() {
    for lines in [
        "D: The Aleve has to stop, it's hard on the kidneys.\nP: Right, no more Aleve then.",
        "D: You shouldn't be on naproxen with the Eliquis.\nP: So I can't take naproxen or Advil?\nD: That's right.",
        "D: Stay away from the Sudafed, it puts your pressure up.\nP: I'm not supposed to take Sudafed. Got it.",
        "P: So no more diclofenac for me.",
    ] {
        assert!(names(lines).is_empty(), "{lines}: {:?}", names(lines));
    }
    for (lines, substance) in [
        ("D: I'd like to give you naproxen for that.\nP: I can't take naproxen.", "naproxen"),
        ("D: Any allergies?\nP: No more penicillin for me, I swelled up like a balloon.", "penicillin"),
        ("D: Let's stop the Bactrim.\nP: Okay, no more Bactrim, I came out in hives.", "bactrim"),
    ] {
        assert_eq!(names(lines), [substance], "{lines}");
    }
}

#[test]
fn it_is_told_whose_an_allergy_is() {
    for (lines, expected) in [
        (
            "D: Allergies? It says sulfa here.\nP: Not sulfa, that's dad. Mine's codei... no, hang on. Mine's \
             clindamycin. I threw up and got a rash with it.\nO: Yes, the sulfa is me. My lips swelled up.\n\
             D: Okay, so clindamycin for you, a rash, and no sulfa allergy.",
            vec!["clindamycin"],
        ),
        ("D: Any allergies?\nP: Mine's sulfa. Hives.\nO: Penicillin, that's me.", vec!["sulfa"]),
        (
            "D: I have codeine and latex down as allergies.\nP: The latex is my sister's, we're twins. But codeine, yes.",
            vec!["codeine"],
        ),
        ("D: The chart says sulfa.\nP: That's my husband's. For me it's Keflex, my lips swelled.", vec!["keflex"]),
        ("D: So you're allergic to penicillin?\nP: No, that's my brother. I'm fine with it.", vec![]),
        (
            "D: Allergies are still latex and codeine?\nP: Not codeine, it's morphine. It makes me itch.",
            vec!["latex", "morphine"],
        ),
        ("D: Is he allergic to anything?\nO: Amoxicillin. He came out in a rash.", vec!["amoxicillin"]),
        ("D: Any allergies?\nP: Sulfa.\nO: And he can't have shellfish, his lips swell.", vec!["sulfa", "shellfish"]),
        ("D: Allergies?\nO: Mom's allergic to sulfa, she gets hives.", vec!["sulfa"]),
    ] {
        assert_eq!(names(lines), expected, "{lines}");
    }
}

#[test]
fn where_a_companion_tells_of_their_own_reaction_nobodys_is_for_sure() {
    let transcript = transcript("D: Any allergies?\nP: Sulfa.\nO: Penicillin. My throat swelled up.");
    let found = allergies(&Visit::new(&transcript), DrugTable::bundled());
    let known: Vec<&str> = found.known.iter().map(|one| one.substance.as_str()).collect();
    assert_eq!(known, ["sulfa"]);
    assert_eq!(found.unnamed.len(), 1, "it is asked after");
}
