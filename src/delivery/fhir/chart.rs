//! The patient's chart from a FHIR R4 Bundle: age, sex, medicines, problems, allergies.
//!
//! Six fields of five resource types are read, so this walks the JSON by hand: the typed FHIR crates bring hundreds of
//! structs and refuse a whole bundle for one field that an EHR writes differently. Lists hold what is current; what was
//! stopped, refuted or entered in error is left out.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde_json::Value;

use crate::domain::{Chart, ChartAllergy, ChartMedication, ChartProblem, Coding, PatientText, Sex};

/// SNOMED CT for "no known allergy" and "no known drug allergy": statements, and no substances.
const NO_KNOWN_ALLERGY: [&str; 2] = ["716186003", "409137002"];

/// Other URIs under which ICD-10-CM is met.
const ICD_10_CM_OID: &str = "urn:oid:2.16.840.1.113883.6.90";

/// The types of resources that say something about a patient here.
const ABOUT_PATIENT: [&str; 4] = ["MedicationStatement", "MedicationRequest", "Condition", "AllergyIntolerance"];

/// Why a file is no chart. No variant carries anything of its content.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ChartError {
    /// Not JSON at all.
    #[error("the chart is not valid JSON at line {line}, column {column}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON of another kind.
    #[error("the chart is not a FHIR R4 Bundle: its \"resourceType\" must be \"Bundle\"")]
    NotABundle,
    /// What it holds cannot be read.
    #[error("the chart is not a FHIR R4 Bundle: its \"entry\" must be a list")]
    Entries,
    /// Whose chart it is cannot be told.
    #[error("the chart is of {patients} patients: give a Bundle with one")]
    ManyPatients {
        /// How many.
        patients: usize,
    },
    /// Something in it is about somebody else.
    #[error("the chart has a {resource} about another patient than its own: give a Bundle about one patient")]
    OtherPatient {
        /// The type of the resource.
        resource: &'static str,
    },
}

/// Reads a Bundle. `visit_date` is what the patient's age is counted to.
pub fn read_chart(bytes: &[u8], visit_date: Date) -> Result<Chart, ChartError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let bundle: Value = serde_json::from_slice(bytes)
        .map_err(|error| ChartError::Json { line: error.line(), column: error.column() })?;
    let bundle = Bundle::of(&bundle)?;
    let (statements, requests) =
        (bundle.about_patient("MedicationStatement")?, bundle.about_patient("MedicationRequest")?);
    let medications = statements.into_iter().chain(requests).filter_map(|resource| bundle.medication(resource));
    let problems = bundle.about_patient("Condition")?.into_iter().filter_map(problem);
    let allergies = bundle.about_patient("AllergyIntolerance")?.into_iter().filter_map(allergy);
    Ok(Chart {
        age_years: bundle.patient.and_then(|patient| age_years(text(patient, "birthDate")?, visit_date)),
        sex: bundle.patient.and_then(sex),
        medications: without_repeats(medications, |medication| &medication.name),
        problems: without_repeats(problems, |problem| &problem.name),
        allergies: without_repeats(allergies, |allergy| &allergy.substance),
    })
}

/// The resources of a Bundle, and who they are about.
struct Bundle<'b> {
    resources: Vec<&'b Value>,
    /// By `fullUrl` and by `Type/id`.
    by_reference: HashMap<String, &'b Value>,
    patient: Option<&'b Value>,
    patient_url: Option<&'b str>,
}

impl<'b> Bundle<'b> {
    fn of(bundle: &'b Value) -> Result<Self, ChartError> {
        if text(bundle, "resourceType") != Some("Bundle") {
            return Err(ChartError::NotABundle);
        }
        if bundle.get("entry").is_some_and(|entries| !entries.is_array()) {
            return Err(ChartError::Entries);
        }
        let entries =
            || items(bundle, "entry").filter_map(|entry| Some((text(entry, "fullUrl"), entry.get("resource")?)));
        let mut by_reference = HashMap::new();
        for (url, resource) in entries() {
            by_reference.extend(url.map(|url| (url.to_owned(), resource)));
            if let (Some(kind), Some(id)) = (text(resource, "resourceType"), text(resource, "id")) {
                by_reference.insert(format!("{kind}/{id}"), resource);
            }
        }
        let patients: Vec<_> =
            entries().filter(|(_, resource)| text(resource, "resourceType") == Some("Patient")).collect();
        if patients.len() > 1 {
            return Err(ChartError::ManyPatients { patients: patients.len() });
        }
        let resources = entries().map(|(_, resource)| resource).collect();
        let patient = patients.first();
        let bundle = Self {
            resources,
            by_reference,
            patient: patient.map(|&(_, resource)| resource),
            patient_url: patient.and_then(|&(url, _)| url),
        };
        match bundle.people() {
            people if people > 1 && !bundle.names_patient() => Err(ChartError::ManyPatients { patients: people }),
            _ => Ok(bundle),
        }
    }

    /// How many people its resources are about, as far as they say so.
    fn people(&self) -> usize {
        let is_about = |kind: &str| ABOUT_PATIENT.contains(&kind);
        let about = self.resources.iter().filter(|resource| text(resource, "resourceType").is_some_and(is_about));
        about.filter_map(|resource| subject(resource)).map(id_in).collect::<HashSet<_>>().len()
    }

    /// Whether its patient has a name that resources can refer to.
    fn names_patient(&self) -> bool {
        self.patient_url.is_some() || self.patient.is_some_and(|patient| text(patient, "id").is_some())
    }

    /// All resources of one type; each must be about the Bundle's patient where both say who that is.
    fn about_patient(&self, kind: &'static str) -> Result<Vec<&'b Value>, ChartError> {
        let of_kind = self.resources.iter().filter(|resource| text(resource, "resourceType") == Some(kind));
        let found: Vec<&Value> = of_kind.copied().collect();
        let is_other = |resource: &&Value| subject(resource).is_some_and(|reference| !self.is_patient(reference));
        match found.iter().any(is_other) {
            true => Err(ChartError::OtherPatient { resource: kind }),
            false => Ok(found),
        }
    }

    fn is_patient(&self, reference: &str) -> bool {
        let id = self.patient.and_then(|patient| text(patient, "id"));
        !self.names_patient() || self.patient_url == Some(unversioned(reference)) || id == Some(id_in(reference))
    }

    fn medication(&self, resource: &Value) -> Option<ChartMedication> {
        let is_current =
            text(resource, "status").is_none_or(|status| matches!(status, "active" | "intended" | "unknown"));
        let concept = resource.get("medicationCodeableConcept").or_else(|| self.referenced_medication(resource))?;
        let name = concept_text(concept).filter(|_| is_current)?;
        let dosages = items(resource, "dosage").chain(items(resource, "dosageInstruction"));
        let sigs: Vec<&str> = dosages.filter_map(|dosage| text(dosage, "text")).collect();
        Some(ChartMedication {
            name: name.into(),
            rxcui: code(concept, &[Coding::RXNORM]),
            sig: (!sigs.is_empty()).then(|| PatientText::from(sigs.join("; "))),
        })
    }

    /// The code of a Medication that is contained in the resource, or another entry of the Bundle.
    fn referenced_medication<'r>(&self, resource: &'r Value) -> Option<&'r Value>
    where
        'b: 'r,
    {
        let reference = text(resource.get("medicationReference")?, "reference")?;
        let medication = match reference.strip_prefix('#') {
            Some(id) => items(resource, "contained").find(|contained| text(contained, "id") == Some(id)),
            None => self.by_reference.get(reference).copied(),
        };
        medication?.get("code")
    }
}

fn problem(resource: &Value) -> Option<ChartProblem> {
    let concept = resource.get("code").filter(|_| is_current(resource))?;
    let icd10cm = code(concept, &[Coding::ICD_10_CM, ICD_10_CM_OID]);
    Some(ChartProblem { name: concept_text(concept)?.into(), icd10cm })
}

fn allergy(resource: &Value) -> Option<ChartAllergy> {
    let concept = resource.get("code").filter(|_| is_current(resource))?;
    let codes = |code: &Value| text(code, "code").is_some_and(|code| NO_KNOWN_ALLERGY.contains(&code));
    if items(concept, "coding").any(codes) {
        return None;
    }
    let reactions = items(resource, "reaction").flat_map(|reaction| items(reaction, "manifestation"));
    let reactions: Vec<&str> = reactions.filter_map(concept_text).collect();
    let reaction = (!reactions.is_empty()).then(|| PatientText::from(reactions.join(", ")));
    Some(ChartAllergy { substance: concept_text(concept)?.into(), reaction })
}

/// Whether a Condition or AllergyIntolerance holds now. One that does not say so does.
fn is_current(resource: &Value) -> bool {
    let status = |field: &str| resource.get(field).and_then(|concept| items(concept, "coding").find_map(code_of));
    status("clinicalStatus").is_none_or(|status| matches!(status, "active" | "recurrence" | "relapse"))
        && status("verificationStatus").is_none_or(|status| !matches!(status, "refuted" | "entered-in-error"))
}

/// A reference without the version of what it refers to.
fn unversioned(reference: &str) -> &str {
    reference.split("/_history/").next().unwrap_or(reference)
}

/// The id at the end of a reference: `p` in `Patient/p`, in its whole URL, and in `urn:uuid:p`.
fn id_in(reference: &str) -> &str {
    let reference = unversioned(reference);
    reference.rsplit(['/', ':']).next().unwrap_or(reference)
}

/// Who a resource is about: `subject`, or `patient` in an AllergyIntolerance.
fn subject(resource: &Value) -> Option<&str> {
    text(resource.get("subject").or_else(|| resource.get("patient"))?, "reference")
}

fn sex(patient: &Value) -> Option<Sex> {
    match text(patient, "gender")? {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        _ => None,
    }
}

/// Full years from a birth date to `on`. FHIR allows a year, or a year and a month: then only an age that every day of it
/// gives is one.
fn age_years(birth_date: &str, on: Date) -> Option<u32> {
    let parts: Vec<&str> = birth_date.split('-').collect();
    let number = |index: usize| parts.get(index).map(|part| part.parse::<i8>());
    let year: i16 = parts.first()?.parse().ok()?;
    let (month, day) = (number(1).transpose().ok()?, number(2).transpose().ok()?);
    let earliest = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
    let latest = match (month, day) {
        (Some(_), Some(_)) => earliest,
        (Some(_), None) => earliest.last_of_month(),
        _ => earliest.last_of_year(),
    };
    let full_years = |born: Date| {
        let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
        u32::try_from(on.year() - born.year() - i16::from(!had_birthday)).ok()
    };
    full_years(earliest).filter(|&age| full_years(latest) == Some(age))
}

/// The words of a CodeableConcept: as written, or the first code's title.
fn concept_text(concept: &Value) -> Option<&str> {
    text(concept, "text").or_else(|| items(concept, "coding").find_map(|coding| text(coding, "display")))
}

/// The code of a CodeableConcept in one of `systems`.
fn code(concept: &Value, systems: &[&str]) -> Option<String> {
    let mut codings = items(concept, "coding");
    codings
        .find(|coding| text(coding, "system").is_some_and(|system| systems.contains(&system)))
        .and_then(code_of)
        .map(str::to_owned)
}

fn code_of(coding: &Value) -> Option<&str> {
    text(coding, "code")
}

/// A field that is a string with something in it.
fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The items of a field that is an array; none where it is not.
fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// Each name once: EHRs send a medicine as a statement and as a request.
fn without_repeats<T>(all: impl Iterator<Item = T>, name: impl Fn(&T) -> &PatientText) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|item| seen.insert(name(item).to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    const VISIT: Date = date(2026, 11, 22);

    fn bundle(resources: &[Value]) -> Vec<u8> {
        let entries: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
        json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string().into_bytes()
    }

    fn chart(resources: &[Value]) -> Chart {
        read_chart(&bundle(resources), VISIT).expect("it is a chart")
    }

    fn coded(system: &str, code: &str, display: &str) -> Value {
        json!({ "coding": [{ "system": system, "code": code, "display": display }] })
    }

    #[test]
    fn a_whole_chart_is_read() {
        let chart = chart(&[
            json!({ "resourceType": "Patient", "id": "p", "birthDate": "1968-11-23", "gender": "male" }),
            json!({ "resourceType": "MedicationStatement", "status": "active", "subject": { "reference": "Patient/p" },
                "medicationCodeableConcept": coded(Coding::RXNORM, "29046", "lisinopril"),
                "dosage": [{ "text": "20 mg once daily" }] }),
            json!({ "resourceType": "Condition", "subject": { "reference": "https://ehr.example/fhir/Patient/p/_history/2" },
                "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
                "code": { "text": "Hypertension", "coding": [{ "system": Coding::ICD_10_CM, "code": "I10" }] } }),
            json!({ "resourceType": "AllergyIntolerance", "patient": { "reference": "Patient/p" },
                "code": { "text": "Penicillin" }, "reaction": [{ "manifestation": [{ "text": "hives" }, { "text": "itch" }] }] }),
        ]);
        let medication = ChartMedication {
            name: "lisinopril".into(),
            rxcui: Some("29046".to_owned()),
            sig: Some("20 mg once daily".into()),
        };
        let problem = ChartProblem { name: "Hypertension".into(), icd10cm: Some("I10".to_owned()) };
        let allergy = ChartAllergy { substance: "Penicillin".into(), reaction: Some("hives, itch".into()) };
        let expected = Chart {
            age_years: Some(57),
            sex: Some(Sex::Male),
            medications: vec![medication],
            problems: vec![problem],
            allergies: vec![allergy],
        };
        assert_eq!(chart, expected);
    }

    #[test]
    fn medicines_may_be_contained_or_entries_of_their_own() {
        let full = json!({ "resourceType": "Bundle", "entry": [
            { "fullUrl": "urn:uuid:7", "resource": { "resourceType": "Medication", "code": { "text": "metformin" } } },
            { "resource": { "resourceType": "Medication", "id": "m", "code": { "text": "atorvastatin" } } },
            { "resource": { "resourceType": "MedicationRequest", "status": "active",
                "medicationReference": { "reference": "urn:uuid:7" },
                "dosageInstruction": [{ "text": "500 mg" }, { "text": "with meals" }] } },
            { "resource": { "resourceType": "MedicationRequest", "medicationReference": { "reference": "Medication/m" } } },
            { "resource": { "resourceType": "MedicationRequest", "medicationReference": { "reference": "#c" },
                "contained": [{ "resourceType": "Medication", "id": "c", "code": { "text": "furosemide" } }] } },
            { "resource": { "resourceType": "MedicationStatement", "medicationCodeableConcept": { "text": "Metformin" } } },
        ] });
        let chart = read_chart(full.to_string().as_bytes(), VISIT).expect("it is a chart");
        let names: Vec<_> = chart.medications.iter().map(|medication| medication.name.as_str()).collect();
        assert_eq!(names, ["Metformin", "atorvastatin", "furosemide"]);
    }

    #[test]
    fn what_is_over_refuted_or_entered_in_error_is_left_out() {
        let status = |code: &str| json!({ "coding": [{ "code": code }] });
        let chart = chart(&[
            json!({ "resourceType": "MedicationRequest", "status": "stopped", "medicationCodeableConcept": { "text": "a" } }),
            json!({ "resourceType": "MedicationStatement", "status": "entered-in-error", "medicationCodeableConcept": { "text": "b" } }),
            json!({ "resourceType": "Condition", "clinicalStatus": status("resolved"), "code": { "text": "c" } }),
            json!({ "resourceType": "Condition", "verificationStatus": status("refuted"), "code": { "text": "d" } }),
            json!({ "resourceType": "AllergyIntolerance", "clinicalStatus": status("inactive"), "code": { "text": "e" } }),
            json!({ "resourceType": "AllergyIntolerance", "code": coded("http://snomed.info/sct", "716186003", "No known allergy") }),
            json!({ "resourceType": "Condition", "clinicalStatus": status("relapse"), "code": { "text": "asthma" } }),
        ]);
        let asthma = ChartProblem { name: "asthma".into(), icd10cm: None };
        assert_eq!(chart, Chart { problems: vec![asthma], ..Chart::default() });
    }

    #[test]
    fn an_age_is_given_only_where_it_is_certain() {
        let ages =
            ["1968-11-22", "1968-11-23", "2026-11-22", "1968", "1968-11", "1968-10", "2027-01-01", "1968-13-01", "x"];
        let expected = [Some(58), Some(57), Some(0), None, None, Some(58), None, None, None];
        assert_eq!(ages.map(|birth_date| age_years(birth_date, VISIT)), expected);
    }

    #[test]
    fn what_is_no_chart_of_one_patient_is_refused() {
        let refused = |bytes: &[u8]| read_chart(bytes, VISIT).expect_err("it is refused");
        assert_eq!(refused(b"{\n\"a\": }"), ChartError::Json { line: 2, column: 6 });
        assert_eq!(refused(b"\xFF"), ChartError::Json { line: 1, column: 1 });
        for other in [&b"[]"[..], b"{}", b"7", br#"{"resourceType":"Patient"}"#] {
            assert_eq!(refused(other), ChartError::NotABundle);
        }
        let patient = |id: &str| json!({ "resourceType": "Patient", "id": id });
        assert_eq!(refused(&bundle(&[patient("a"), patient("b")])), ChartError::ManyPatients { patients: 2 });
        let condition = json!({ "resourceType": "Condition", "subject": { "reference": "Patient/b" } });
        assert_eq!(refused(&bundle(&[patient("a"), condition])), ChartError::OtherPatient { resource: "Condition" });
        assert_eq!(refused(br#"{"resourceType":"Bundle","type":"searchset","entry":"x"}"#), ChartError::Entries);
    }

    #[test]
    fn without_a_patient_who_can_be_referred_to_all_must_be_about_one() {
        let condition = |who: &str| json!({ "resourceType": "Condition", "subject": { "reference": who } });
        let allergy = |who: &str| json!({ "resourceType": "AllergyIntolerance", "patient": { "reference": who } });
        let same = [condition("Patient/a"), allergy("https://ehr.example/fhir/Patient/a/_history/2")];
        assert_eq!(chart(&same), Chart::default());
        let nameless = json!({ "resourceType": "Patient", "gender": "male" });
        for two in [vec![condition("Patient/a"), allergy("Patient/b")], vec![nameless, condition("a"), condition("b")]]
        {
            let error = read_chart(&bundle(&two), VISIT).expect_err("it is about two people");
            assert_eq!(error, ChartError::ManyPatients { patients: 2 });
        }
    }

    #[test]
    fn fields_of_the_wrong_kind_are_passed_over() {
        let chart = chart(&[
            json!({ "resourceType": "Patient", "birthDate": 1968, "gender": ["male"] }),
            json!({ "resourceType": "MedicationStatement", "medicationCodeableConcept": "aspirin", "dosage": {} }),
            json!({ "resourceType": "Condition", "code": { "coding": [7] } }),
            json!("nonsense"),
        ]);
        assert_eq!(chart, Chart::default());
    }
}
