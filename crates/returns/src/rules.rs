//! The rules that a row of a return is held to: for each code, what is wrong and how to mend it.
//!
//! Codes of digits, `INT…` and `SW…` are those of the DfE's lists for the SSDA903 return and of the validator
//! csc-validator-be-903, which restates them. `CIN…` (for the children in need census, of whose list no copy could
//! be had) and `CG…` are our own.

/// A rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub reason: &'static str,
    /// How to mend it.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($code:literal $reason:literal $remedy:literal;)*) => {
        /// Every rule, by its code.
        pub const RULES: &[Rule] = &[$(Rule { code: $code, reason: $reason, remedy: $remedy },)*];
    };
}

/// The rule of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

rules! {
    "101" "The sex is none of the codes of this collection year." "Use 1 or 2 until 2024, M, F or U from 2025.";
    "102" "The date of birth is not a day." "Write the day as 31/03/2024.";
    "103" "The ethnicity is not a code, or is empty." "Use a code of the school census, or REFU or NOBT.";
    "104" "The day on which the status of unaccompanied asylum-seeking child ceased is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "112" "The day of the decision for adoption is not a day." "Write the day as 31/03/2024.";
    "113" "The day of the match with adopters is not a day." "Write the day as 31/03/2024.";
    "114" "Whether the adopters were foster carers is neither 0 nor 1." "Write 0 or 1.";
    "115" "The day of the decision to place the child for adoption is not a day." "Write the day as 31/03/2024.";
    "116" "The day of the decision no longer to place the child for adoption is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "120" "The reason for no longer placing the child for adoption is not a code." "Use RD1 to RD4.";
    "131" "Whether the authority is in touch with the care leaver is not a code." "Use YES, NO, DIED, REFU, NREQ or RHOM.";
    "132" "The care leaver's activity is none of the codes of this collection year." "Use a code of the guide for the year, or 0.";
    "133" "The care leaver's accommodation is not a code." "Use a code of the guide, or 0.";
    "141" "The day on which the episode began is not a day." "Write the day as 31/03/2024.";
    "142" "Another episode began, and this one has not ended." "Give this episode its end, or take the later one out.";
    "143" "The reason for the new episode is not a code." "Use S, L, P, T, B or U.";
    "144" "The legal status is not a code." "Use a code of the guide, such as C2.";
    "145" "The category of need is not a code." "Use N1 to N8.";
    "146" "The placement is none of the codes of this collection year." "Use a code of the guide for the year: H5 and P2 until 2024, K3 from 2025, Z11 to Z14 from 2026.";
    "147" "The day on which the episode ceased is not a day." "Write the day as 31/03/2024, or leave it empty while the episode goes on.";
    "148" "Of the day and the reason of the end, one is there without the other." "Give both, or neither.";
    "149" "The reason for the end of the episode is none of the codes of this collection year." "Use a code of the guide for the year: E43 and E44 until 2018, E45 to E48 from 2019.";
    "165" "Whether the child is a mother is neither 0 nor 1." "Write 0 or 1, or leave it empty.";
    "166" "The day of the review is not a day." "Write the day as 31/03/2024.";
    "167" "The child's part in the review is not a code." "Use PN0 to PN7.";
    "168" "The UPN is neither a number of the right form nor a code for an unknown one." "Write the number's letter and twelve characters, or UN1 to UN5. The child is kept, and recognised by the authority's own id alone.";
    "171" "The birth of the mother's child is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "175" "The number of adopters is neither 1 nor 2." "Write 1 or 2.";
    "176" "The sexes of the adopters are not a code." "Use M1, F1, MM, FF or MF.";
    "177" "The legal status of the adopters is not a code." "Use L0, L11, L12, L2, L3 or L4.";
    "178" "The provider of the placement is not a code." "Use PR0 to PR5. The episode is kept without its provider.";
    "180" "The score of strengths and difficulties is no whole number from 0 to 40." "Write the score, or leave it empty.";
    "181" "A question about children looked after for twelve months is answered with neither 0 nor 1." "Write 0 or 1, or leave it empty.";
    "196" "The reason for no score of strengths and difficulties is not a code." "Use SDQ1 to SDQ5.";
    "199" "The child was adopted from care, and there are later episodes." "Check the reason for the end, and whose the later episodes are: they are kept as another person's.";
    "209" "A child of school age has the code UN1 in place of a UPN." "Give the number that the child's school uses.";
    "213" "The placement is temporary or of another kind, and a provider stands with it." "Leave the provider empty.";
    "217" "A child placed for adoption with their foster carers came there for another reason than S, T or U." "Check the placement and the reason for the new episode.";
    "231" "An unaccompanied asylum-seeking child is under 11." "Check the date of birth.";
    "232" "The sex is given as unknown." "Give it, if it is known.";
    "301" "The birth lies after the end of the collection year." "Check the date of birth, or whether the child belongs into a later return.";
    "302" "The episode begins before the child was born." "Check the episode's first day and the date of birth.";
    "304" "The status of unaccompanied asylum-seeking child ceased after the 18th birthday." "Check the day and the date of birth.";
    "344" "The care leaver died or went home, and an activity or accommodation is given." "Write 0 for both.";
    "345" "The authority is in touch with the care leaver, and the activity or accommodation is 0." "Give both.";
    "347" "A care leaver under 18 lives in a foyer." "Check the accommodation and the date of birth.";
    "351" "The person was over 25 when the collection year began." "Check the date of birth.";
    "352" "The person was 18 or over when they started to be looked after." "Check the episode's first day and the date of birth.";
    "353" "The episode begins before 14 October 1991." "Check the episode's first day.";
    "354" "The episode ends after the collection year." "Leave the end empty, if the episode went on at the end of the year.";
    "355" "The episode lasted less than a day." "Check its first and last day.";
    "356" "The episode ends before it begins." "Check its first and last day.";
    "358" "A child under 10 has a legal status of youth justice." "Check the legal status and the date of birth.";
    "359" "A young person is 18 and still looked after, other than under section 20(5) in a children's home (V2 and K2)." "Give the episode its end, or check the date of birth.";
    "361" "Police protection (L1) lasted longer than 72 hours." "Check the days and the legal status.";
    "362" "An emergency protection order (L2) lasted longer than 21 days." "Check the days and the legal status.";
    "363" "A child assessment order (L3) lasted longer than 7 days." "Check the days and the legal status.";
    "364" "Detention under the Police and Criminal Evidence Act (J2) lasted longer than 21 days." "Check the days and the legal status.";
    "365" "A single short break (V3) lasted longer than 17 days." "Check its days and the legal status.";
    "366" "The placement changed within a single short break (V3)." "A break has one placement: write S as the reason for the new episode.";
    "367" "Single short breaks (V3) of more than 75 days in the year." "Check their days and the legal status.";
    "370" "A young person in independent living (P2) is under 16." "Check the placement and the date of birth.";
    "371" "A child in supported accommodation is too young for it." "Check the placement and the date of birth: 16 years, 14 until 2023.";
    "372" "A child in youth custody or prison (R5) is under 10." "Check the placement and the date of birth.";
    "373" "A child placed in a school (S1) is under 4." "Check the placement and the date of birth.";
    "374" "A child in residential employment (P3) is under 14." "Check the placement and the date of birth.";
    "375" "A temporary stay in hospital (T1) lasted longer than six weeks." "Check the days and the placement.";
    "376" "The carers' holiday (T3) lasted longer than three weeks." "Check the days and the placement.";
    "377" "More than two holidays of the carers (T3) in the year." "Check the placements.";
    "378" "A child placed with parents (P1) is accommodated under section 20 (V2)." "Check the placement and the legal status.";
    "379" "A temporary placement without a reason (T4) lasted longer than seven days." "Check the days and the placement.";
    "380" "A temporary placement began for another reason than P or B." "A time of being looked after doesn't begin in a temporary placement: check both.";
    "381" "A temporary placement ended for another reason than X1." "A time of being looked after doesn't end in a temporary placement: check both.";
    "382" "A child on a short break is in a temporary placement." "Check the placement and the legal status.";
    "383" "A temporary placement wasn't followed by the one before it." "Check the placements and the reason for the new episode (P).";
    "384" "A child on a short break is in a long-term foster placement." "Check the placement and the legal status.";
    "386" "The child was adopted at 18 or over." "Check the day, the reason and the date of birth.";
    "387" "A child under 14 left care into independent living." "Check the day, the reason and the date of birth.";
    "388" "The last episode ends because another begins (X1), and there is none." "Add the next episode, or give the reason for leaving care.";
    "389" "A child under 16 moved to adult social care." "Check the day, the reason and the date of birth.";
    "390" "The child was adopted and had not been placed for adoption." "Check the placement (A3 to A6) and the reason for the end.";
    "391" "The care leaver was under 17 at the end of the collection year." "Take the row out, or check the date of birth.";
    "407" "A special guardianship or residence order was made for somebody of 18 or over." "Check the day, the reason and the date of birth.";
    "408" "A child is placed for adoption under a placement order (A5, A6), and the legal status isn't E1." "Check the placement and the legal status.";
    "426" "Single (V3) and agreed series (V4) of short breaks in one year." "Use one of the two for the child.";
    "431" "The child started to be looked after (S) by the day on which the last episode ended." "If they went on being looked after, the reason for the new episode isn't S.";
    "432" "The child had ceased to be looked after, and the reason for the new episode isn't S." "Write S, or end the last episode with X1.";
    "433" "The episode goes on from the last one, but doesn't begin on the day on which that ended." "Check both days, and whether an episode between them is missing.";
    "434" "The legal status is said to have changed and the placement not (L), which the episodes don't show." "Check the reason for the new episode, the legal status and the placement.";
    "435" "The placement is said to have changed and the legal status not (P, T), which the episodes don't show." "Check the reason for the new episode, the legal status and the placement.";
    "436" "The placement and the legal status are said to have changed (B, U), which the episodes don't show." "Check the reason for the new episode, the legal status and the placement.";
    "437" "The child died, or turned out to be 18 or over (E2, E15), and there are further episodes." "Check the reason for the end, and the later episodes.";
    "442" "The UPN is empty for a child who is looked after." "Give the number, or UN1 to UN5. The child is recognised by the authority's own id alone.";
    "445" "A freeing order (D1) after December 2005." "Check the legal status.";
    "446" "A placement order (E1) before December 2005." "Check the legal status.";
    "460" "The young person stayed with their carers at 18 (E17), and is under 18." "Check the day, the reason and the date of birth.";
    "501" "The episode begins before the last one ended." "Check the days of both.";
    "504" "The category of need changed within one time of being looked after." "It is that of the beginning: check both.";
    "526" "The provider of the placement is missing." "Use PR0 to PR5.";
    "527" "The provider PR1 stands with a placement that it can't provide." "Check the provider and the placement.";
    "528" "The provider PR2 stands with a placement that it can't provide." "Check the provider and the placement.";
    "529" "The provider PR3 stands with a placement that it can't provide." "Check the provider and the placement.";
    "530" "The provider PR4 stands with a placement with parents." "Check the provider and the placement.";
    "531" "The provider PR5 stands with a placement with parents." "Check the provider and the placement.";
    "550" "The provider PR0 stands with a placement other than P1." "Check the provider and the placement.";
    "567" "The time missing ends before it begins." "Check both days.";
    "570" "The time missing begins after the end of the collection year." "Check the day, and whether the row belongs into the next return.";
    "571" "The time missing ends before or after the collection year." "Check the day, and whether the row belongs into another return.";
    "574" "Another time missing began, and the one before it had not ended." "Check the days of both.";
    "575" "The placement from which the child is missing has ended, and the time missing has not." "Give the time missing its end.";
    "578" "The time missing begins when the child was not looked after." "Check its first day and the episodes.";
    "581" "The time missing begins before the child started to be looked after." "Check its first day and the episodes.";
    "586" "The time missing begins before the child was born." "Check the day and the date of birth.";
    "631" "The previous permanence option is not a code." "Use P1 to P4 or Z1.";
    "632" "The day of the previous permanence order is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "1000" "The child died in care, and is in the table of care leavers." "Take the row out, or check the reason for the end of the episode.";
    "1004" "The beginning of the time missing is not a day." "Write the day as 31/03/2024.";
    "1005" "The end of the time missing is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "1006" "Neither missing (M) nor away without authorisation (A)." "Write M or A.";
    "1009" "The reason for the change of placement is not a code." "Use a code of the guide, or leave it empty.";
    "1011" "Another authority took over the care, and the child is in the table of care leavers." "Take the row out, or check the reason for the end of the episode.";
    "INT01" "The child is in AD1 and not in the header." "Give the child a row in the header.";
    "INT02" "The child is in PlacedAdoption and not in the header." "Give the child a row in the header.";
    "INT03" "The child is in Episodes and not in the header." "Give the child a row in the header.";
    "INT04" "The child is in Missing and not in the header." "Give the child a row in the header.";
    "INT05" "The child is in OC2 and not in the header." "Give the child a row in the header.";
    "INT06" "The child is in OC3 and not in the header." "Give the child a row in the header.";
    "INT07" "The child is in PrevPerm and not in the header." "Give the child a row in the header.";
    "INT08" "The child is in Reviews and not in the header." "Give the child a row in the header.";
    "INT09" "The child is in UASC and not in the header." "Give the child a row in the header.";
    "INT10" "The child is in the social workers' table and not in the header." "Give the child a row in the header.";
    "INT11" "The date of birth is another one than in the header." "Check both; the header's is used.";
    "INT12" "The child is in DoLo and not in the header." "Give the child a row in the header.";
    "INT21" "The sex is another one than in the header." "Check both; the header's is used.";
    "INT32" "The child has a row in the header already." "Take one of them out; the first is used.";
    "INT34" "The child has a row in OC3 already." "Take one of them out; the first is used.";
    "SW02STG1" "The social worker's id begins with neither SW nor XX." "Write the registration number with its letters.";
    "SW04STG1" "The day on which the social worker began is not a day." "Write the day as 31/03/2024.";
    "SW05STG1" "The day on which the social worker ended is not a day." "Write the day as 31/03/2024, or leave it empty.";
    "SW13STG1" "The reason for the change of social worker is not a code." "Use a code of the guide.";
    "CIN01" "The child has no id." "Give each child the authority's own id.";
    "CIN02" "The child's id stands in the census already." "Give each child one Child element; the first is used.";
    "CIN03" "The birth is not a day, or lies after the end of the collection year." "Write the day as 2024-03-31; give an unborn child its expected day of birth.";
    "CIN04" "Neither a day of birth nor an expected one is given." "Give one of the two.";
    "CIN05" "The sex is none of the codes of this collection year." "Use 0, 1, 2 or 9 until 2024, M, F or U from 2024.";
    "CIN06" "The ethnicity is not a code, or is missing." "Use a code of the school census, or REFU or NOBT.";
    "CIN07" "The referral is missing its day, or it is not a day." "Write the day as 2024-03-31.";
    "CIN08" "The child has no referral." "Give each child at least one CINdetails.";
    "CIN09" "The referral was closed before it was made." "Check both days.";
    "CIN10" "The primary need is missing or not a code." "Use N0 to N9.";
    "CIN11" "The referral's closure is not a day, or lies after the end of the collection year." "Check the day; leave it empty if the referral was open at the end of the year.";
    "CIN12" "The reason for closure is not a code, or stands without a day." "Use RC1 to RC9, and give both or neither.";
    "CIN13" "Whether the referral led to no further action (ReferralNFA) is missing, or neither true nor false." "Write 1 or 0. The child counts as in need by it.";
    "CIN14" "The category of abuse is not a code." "Use NEG, PHY, SAB, EMO or MUL.";
    "CIN15" "The plan begins before its referral, ends after its closure, or its referral is refused." "A protection plan lies within the time in which the child is in need.";
    "CIN16" "The plan begins after the end of the collection year." "Check the plan's first day.";
    "CIN17" "The plan ends before it begins." "Check both days.";
    "CIN18" "The plan is missing its first day, or it is not a day." "Write the day as 2024-03-31.";
    "CIN19" "The referral led to no further action (ReferralNFA), and a protection plan lies in it." "Check which of the two is so. The plan is kept, and the referral isn't.";
    "CIN20" "The census has no such element." "It is passed over. If it is misspelt, correct its name: the child is refused, as what the element says would be lost.";
    "CIN21" "The element lies in another than it should, and isn't read there." "Move it to where the schema of the census has it. The child is refused.";
    "CIN22" "The element is there twice, and says different things." "Keep one of the two. The child is refused.";
    "CG01" "The UPN's check letter is not the one that its digits give." "Check the number. The child is kept, and recognised by the authority's own id alone.";
    "CG02" "Another child of this return has the same UPN." "Check which of them it is. Both are kept, and recognised by the authority's own id alone.";
    "CG03" "It begins after the end of the collection year." "Check the day, and whether the row belongs into the next return.";
    "CG04" "Something stands in the row where no column has a name." "Check for a comma within a cell: such a cell stands in quotation marks.";
    "CG05" "The child's id is empty." "Give each row the authority's own id of the child.";
    "CG06" "The year and the reference day of the census don't agree." "Check the header; the year of the reference day is used.";
    "CG09" "The table has no such column." "It is passed over. If another one was meant, give it that name.";
    "CG10" "The table lacks the column." "Add it to the first line, or correct its name there; a return is refused for those that it needs.";
    "CG11" "The column is there twice." "Keep one of the two; a return is refused for those that it needs, of others the first is read.";
    "CG12" "The child's id stands as a decimal number, as a spreadsheet leaves it behind, here and perhaps in other rows of the table." "It is read as the whole number (100200.0 as 100200), in all tables alike. Format the column as text.";
    "CG13" "A spreadsheet has shortened the child's id (1.0E+05): which it was can't be told." "Take the ids from their source once more, and format the column as text.";
    "CG14" "The child's row in the header was refused, and so are the child's other rows." "Mend the row in the header: nothing need be wrong with these.";
    "CG15" "The column is empty in every row." "Fill it, or check whether the export was to leave it out.";
    "CG16" "It ended before the collection year began." "Check the day, and whether the row belongs into an earlier return.";
    "CG17" "Whether the child is unaccompanied (UASC) is neither 0 nor 1, or is 0 while a day is given on which that ceased (DUC)." "Write 1 if the child was so at any time of the year. The day decides.";
    "CG18" "The XML stands in one line, so that lines can't tell where something is wrong." "Have an editor format it, an element a line, and load it again to see where.";
    "CG19" "The days are written with the month first (03/31/2024), so that it can't be told which day 03/04/2024 is." "Write all days as 31/03/2024; in a spreadsheet, format the column as English (United Kingdom).";
    "CIN23" "The reference date is missing, or isn't the 31 March on which the census's year ends." "Check ReferenceDate, and whether it is the right census.";
    "CIN24" "The person is over 25 on the reference date." "Check the date of birth.";
    "CIN25" "The expected day of birth is not a day, or isn't one on which somebody is born who is unborn on the reference date." "Check it; give somebody who was born the date of birth. The child is kept as unborn.";
    "CIN26" "The referral was made more than ten months before the child was born." "Check its day and the date of birth.";
    "CIN27" "The referral was closed before the collection year began." "Check the day, and whether it belongs into an earlier census.";
    "CIN28" "The plan ended before the collection year began, or after it ended." "Check the day; leave the end empty if the plan went on at the end of the year.";
    "CG08" "A day of the deprivation of liberty is not a day." "Write the day as 31/03/2024.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_there_once_and_says_how_to_mend_it() {
        let codes: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        assert!(RULES.iter().all(|rule| rule.remedy.ends_with('.') && rule.reason.ends_with('.')));
        assert_eq!(find("141").map(|rule| rule.code), Some("141"));
    }
}
