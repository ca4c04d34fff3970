use super::*;
use crate::structuring::testing::transcript;

fn said(text: &str) -> Vec<(String, f64, String)> {
    let transcript = transcript(&format!("D: {text}"));
    vitals(&Visit::new(&transcript)).into_iter().map(|vital| (vital.loinc, vital.value, vital.unit)).collect()
}

fn one(loinc: &str, value: f64, unit: &str) -> (String, f64, String) {
    (loinc.to_owned(), value, unit.to_owned())
}

#[test]
fn a_correction_compares_like_with_like() {
    assert_eq!(
        said("Your pulse is 54 and regular. Blood pressure 128 over 78. Wait 91 kilos."),
        [
            one("8480-6", 128.0, "mm[Hg]"),
            one("8462-4", 78.0, "mm[Hg]"),
            one("8867-4", 54.0, "/min"),
            one("29463-7", 91.0, "kg")
        ]
    );
    assert!(said("Don't lift more than 10 pounds.").is_empty());
}

#[test]
fn a_fever_that_may_come_is_no_temperature() {
    let transcript = crate::structuring::testing::transcript("D: With the fever over one oh two, give the antibiotic.");
    assert!(vitals(&Visit::new(&transcript)).is_empty());
}

#[test]
fn a_row_of_vitals_is_read_apart() {
    let found = said(
        "Here today it's one fifty two over ninety four, and your pulse is seventy six. Weight is two hundred and \
         eleven pounds, so you're down four since last time. Temperature is ninety eight point six, and your oxygen \
         is 97 percent on room air. Respiratory rate sixteen.",
    );
    let expected = [
        one("8480-6", 152.0, "mm[Hg]"),
        one("8462-4", 94.0, "mm[Hg]"),
        one("8867-4", 76.0, "/min"),
        one("29463-7", 211.0, "[lb_av]"),
        one("8310-5", 98.6, "[degF]"),
        one("59408-5", 97.0, "%"),
        one("9279-1", 16.0, "/min"),
    ];
    for vital in &expected {
        assert!(found.contains(vital), "{vital:?} in {found:?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
}

#[test]
fn digits_and_celsius_are_read() {
    assert_eq!(said("BP 142/88"), [one("8480-6", 142.0, "mm[Hg]"), one("8462-4", 88.0, "mm[Hg]")]);
    assert_eq!(said("Temperature is thirty seven nine"), [one("8310-5", 37.9, "Cel")]);
    assert!(said("The baby's heart rate is 148").is_empty());
    assert!(said("My breathing has been worse for about five days").is_empty());
    assert_eq!(said("The temp was 38.2 this morning"), [one("8310-5", 38.2, "Cel")]);
    assert_eq!(said("You're five foot nine"), [one("8302-2", 69.0, "[in_i]")]);
}

#[test]
fn a_corrected_value_does_not_stand() {
    assert_eq!(said("Pulse is 98, sorry, 88."), [one("8867-4", 88.0, "/min")]);
    assert_eq!(
        said("Your blood pressure is 152 over 94, sorry, 142 over 94."),
        [one("8480-6", 142.0, "mm[Hg]"), one("8462-4", 94.0, "mm[Hg]")]
    );
}

#[test]
fn a_pressure_keeps_the_position_it_was_taken_in() {
    let names = |text: &str| -> Vec<String> {
        let transcript = transcript(&format!("D: {text}"));
        let found = vitals(&Visit::new(&transcript)).into_iter().filter(|vital| vital.loinc == "8480-6");
        found.map(|vital| format!("{} {}", vital.name, vital.value)).collect()
    };
    let both = ["Lying systolic blood pressure 132", "Standing systolic blood pressure 104"];
    for text in [
        "Lying down your pressure is 132 over 80, standing it's 104 over 62.",
        "It was 132 over 80 lying and 104 over 62 standing.",
        "Blood pressure is 132/80 lying flat. When you stand it's 104/62.",
    ] {
        assert_eq!(names(text), both, "{text}");
    }
    assert_eq!(names("Blood pressure 120 over 70. Have a seat."), ["Systolic blood pressure 120"]);
}

#[test]
fn a_strength_is_no_pressure() {
    for text in [
        "And the Advair? I have you on the 100 over 50, one puff.",
        "So that's Advair 100 over 50.",
        "Take the 70/30 insulin.",
    ] {
        assert!(said(text).is_empty(), "{text}: {:?}", said(text));
    }
    assert_eq!(said("You take the amlodipine. It's 142 over 88.").len(), 2);
}

#[test]
fn a_meter_that_settles_shows_what_is_measured() {
    assert_eq!(said("Your oxygen is 87, hang on. 91 percent."), [one("59408-5", 91.0, "%")]);
    assert_eq!(said("Sats are 86, give it a second, 94."), [one("59408-5", 94.0, "%")]);
    assert_eq!(said("You're breathing 22 times a minute."), [one("9279-1", 22.0, "/min")]);
}

#[test]
fn a_pulse_follows_the_pressure_when_asked_for() {
    let pulses = |lines: &str| {
        let transcript = transcript(lines);
        let found = vitals(&Visit::new(&transcript)).into_iter().filter(|vital| vital.loinc == "8867-4");
        found.map(|vital| vital.value).collect::<Vec<_>>()
    };
    assert_eq!(pulses("D: Pressure and pulse at home?\nP: 118 over 70 and 57."), [57.0]);
    assert!(pulses("D: Pressure at home?\nP: 118 over 70 and 2 days later lower.").is_empty());
}

#[test]
fn a_weight_has_the_unit_in_which_weights_are_told() {
    let weights = |lines: &str| {
        let transcript = transcript(lines);
        let found = vitals(&Visit::new(&transcript)).into_iter().filter(|vital| vital.loinc == "29463-7");
        found.map(|vital| (vital.value, vital.unit)).collect::<Vec<_>>()
    };
    assert_eq!(weights("P: I gained six pounds.\nD: Pulse 70, weight 158."), [(158.0, "[lb_av]".to_owned())]);
    assert_eq!(weights("D: Weight is 71.\nP: Two kilos more."), [(71.0, "kg".to_owned())]);
    assert!(weights("D: Pulse 70, weight 158.").is_empty());
    assert!(weights("P: I gained six pounds.\nD: Check your weight 3 times a week.").is_empty());
}

#[test]
fn what_was_measured_on_another_day_is_only_compared_with() {
    for text in [
        "They cut it because my pulse was forty-something.",
        "Last month it was 150 over 92.",
        "You were 144 over 90 in March.",
        "It was 150/92 last time.",
        "At the ER you were 190 over 110.",
        "Pulse in the 70s.",
    ] {
        assert!(said(text).is_empty(), "{text}: {:?}", said(text));
    }
    assert_eq!(said("Blood pressure is 128 over 80, last time it was 150 over 92.").len(), 2);
}

#[test]
fn targets_changes_and_other_fractions_are_no_measurements() {
    for text in [
        "We want it under 130 over 80.",
        "Call me if your temperature goes above 101.",
        "You lost ten pounds.",
        "A three over six systolic murmur.",
        "I've had a fever for 3 days",
        "Weigh yourself every day for 7 days",
    ] {
        assert!(said(text).is_empty(), "{text}: {:?}", said(text));
    }
}

#[test]
fn a_saturation_says_what_was_breathed() {
    let names = |lines: &str| -> Vec<(String, f64)> {
        let transcript = transcript(lines);
        vitals(&Visit::new(&transcript)).into_iter().map(|vital| (vital.name, vital.value)).collect()
    };
    let said = "D: Your oxygen was eighty-six percent on room air, ninety-three now on four liters.";
    assert_eq!(
        names(said),
        [("Oxygen saturation (room air)".to_owned(), 86.0), ("Oxygen saturation (4 L of oxygen)".to_owned(), 93.0)]
    );
    assert_eq!(names("D: Oxygen is 97% today."), [("Oxygen saturation".to_owned(), 97.0)]);
}
