"""The sentences of the rule-sheets, named here so that they are collected for translation.

They are written beside the guards, as the first line of each; a test holds both equal.
"""

from __future__ import annotations

from core.reasons import reason

SENTENCES = (
    reason("A candidate whose situation changed was checked again by the committee (招投标条例 56)."),
    reason("A deposit may be given as a guarantee, not in cash only (营商条例 25; 采购条例 33)."),
    reason("A ground of 采购法 36, or no candidate to confirm, stated in writing (采购法 36; 采购条例 49)."),
    reason("A performance security that the documents ask for is given (招投标法 46; 采购条例 48)."),
    reason(
        "A tender that funds and size make mandatory is called so, or exempt on a ground (2018年16号令; 招投标条例 9)."
    ),
    reason("All supplements together add at most the lawful share of the contract (采购法 49)."),
    reason("An amendment changes neither what is bought nor who may bid (87号令 27)."),
    reason("An amendment never brings the deadline forward (招投标法 24; platform rule)."),
    reason(
        "An amendment that may affect bids comes its days before the deadline, or moves it (招投标法 23; 采购条例 31)."
    ),
    reason(
        "At least the least number of bids conforms to the documents; one brand counts once (采购法 36; 87号令 31)."
    ),
    reason("At least the least number of complete bids is in the box (招投标条例 44; 87号令 41)."),
    reason("At least the least number of suppliers qualifies; one brand counts once (87号令 31, 44)."),
    reason("Candidates are confirmed in order; each better rank fell away for a ground (87号令 68; 采购条例 49)."),
    reason("Candidates are published within days of the report, not rolled (招投标条例 54)."),
    reason("Candidates were public for their days (招投标条例 54)."),
    reason("Counted from the award notice (招投标法 46; 采购法 46)."),
    reason("Counted from the day on which the winner was determined (招投标法 47; 采购条例 43)."),
    reason("Counted from the signing of the contract (招投标条例 57; 采购条例 50)."),
    reason("Documents are offered for the least number of days (招投标条例 16; 采购条例 31)."),
    reason(
        "Enough bids were opened; those that could not be do not count, one brand counts once (20号令 31; 87号令 31)."
    ),
    reason("Every bid is opened or has its final result (20号令 29-31)."),
    reason("Every bid that was not rejected is evaluated in full, and there is one (招投标条例 49; 87号令 46)."),
    reason("Every clause of the law's list was checked and is not contained (87号令 17; 采购条例 20; 招投标条例 32)."),
    reason("Every expert has the years and the title that the law asks (招投标法 37; 12号令 11)."),
    reason("Every key holder has shown once that its key works before bids are taken (docs/sealing.md)."),
    reason("Every key holder has signed the ceremony before the notice goes out (20号令 26-30; docs/sealing.md)."),
    reason(
        "Every member confirmed, dissented in writing, or is deemed to agree by silence (招投标条例 53; 87号令 61)."
    ),
    reason("Every member has declared its interests before it sees a bid (12号令 12; 采购条例 9)."),
    reason("Experts are at least two thirds of the committee (招投标法 37; 87号令 47)."),
    reason("Fewer than the least number of complete bids is in the box: nothing is opened (招投标条例 44; 87号令 41)."),
    reason("Fewer than the least number qualifies: nothing is evaluated (87号令 31, 44)."),
    reason("From issue to deadline lie the days the law gives bidders (采购法 35)."),
    reason("Goods and services with a uniform standard are decided by the lowest price (采购条例 34)."),
    reason("How the winner lost the award is recorded with its evidence (招投标条例 74; 采购条例 49)."),
    reason("In a mandatory tender, the days the law gives bidders lie between issue and deadline (招投标法 24)."),
    reason("In comprehensive scoring the price weighs at least the lawful share (87号令 55)."),
    reason("Members are drawn at random, or named directly with a recorded ground (招投标条例 46-47; 采购条例 39)."),
    reason("No bid is valid, or too few are and the committee rejects all and writes down why (12号令 27; 1117号 13)."),
    reason(
        "No candidate is left, or the award is set aside and tendered again, stated in writing (招投标条例 55, 81)."
    ),
    reason("No member stays on with an interest in a bidder (招投标法 37; 12号令 12; 采购条例 9)."),
    reason(
        "No more than a third of the members say, since it was last extended, that time is too short (招投标条例 48)."
    ),
    reason("No objection, order or fault holds the project up (招投标条例 22, 54, 62; 采购法 57; 20号令)."),
    reason("Objections raised at the opening are answered on the spot (招投标条例 44; 87号令 42)."),
    reason("One person drafted, another approves (platform rule on four eyes)."),
    reason("Only a major change, force majeure or an order cancels a procurement (87号令 29; 采购法 36)."),
    reason("Owner and winner have signed the written contract (招投标法 46; 采购法 46)."),
    reason("Price and substance of the contract are those of the award (招投标条例 57; 采购法 46)."),
    reason("Scope, method and organisation form are those the approver fixed (招投标条例 7; CT-05)."),
    reason("The bid security asked is at most the lawful share, for works also the cap (招投标条例 26; 30号令 37)."),
    reason("The ceiling price is not above the budget (87号令 12)."),
    reason("The committee has its least number of members, an odd one (招投标法 37; 87号令 47)."),
    reason("The deadline for bids (招投标法 36; 采购法 35)."),
    reason("The deadline for bids has come (招投标法 34, 36; 87号令 39)."),
    reason("The deadline for bids has not passed (招投标法 23; 招投标条例 21, 23; 87号令 27)."),
    reason("The deadline for bids is set (招投标法 24; 采购法 35)."),
    reason("The deposit asked is at most the lawful share of the budget (采购条例 33)."),
    reason("The documents break the law in a way that affects bids, stated in writing (招投标条例 23)."),
    reason("The documents say what decides between equal bids; no draw in a mandatory construction tender (1117号 2)."),
    reason("The documents state the policy for small and medium-sized enterprises (46号 3)."),
    reason("The draw of experts is no older than the rule allows (重庆条例 30; 财库〔2016〕198号)."),
    reason("The end of the publicity of candidates (招投标条例 54)."),
    reason("The end of the purchaser's time to confirm, where silence means rank one (87号令 68)."),
    reason("The evaluation method is comprehensive scoring or lowest price (87号令 53)."),
    reason("The evaluation method is one the law knows for construction (12号令 29)."),
    reason("The intention was public for its days before the procurement starts, or was waived (财库〔2020〕10号)."),
    reason("The majority of the members carries the report (87号令 61; 采购条例 41)."),
    reason("The notice has everything that the law asks it to state (招投标法 16; 10号令 5; 87号令 13)."),
    reason("The notice of candidates states ranks, prices, quality, duration, the evaluation, objections (10号令 6)."),
    reason("The owner's people are at most a third, and no more than the region allows (招投标法 37; 重庆条例 30)."),
    reason("The performance security asked is at most the lawful share of the contract (招投标条例 58)."),
    reason("The performance security is at most the lawful share of the contract (招投标条例 58)."),
    reason("The performance was accepted and the acceptance is on record (采购条例 45; 平台39号令 16)."),
    reason("The project is declared whole, not split to stay below a threshold (招投标条例 24; 采购条例 28)."),
    reason("The project's approval is on record (招投标条例 7; 濮阳条例 13)."),
    reason("The purchase intention is published now, or waived for a stated urgent ground (财库〔2020〕10号)."),
    reason("The purchaser confirms within days of receiving the report, its own within days of making it (87号令 68)."),
    reason("The purchaser or its agent has reviewed the qualification of every bidder (87号令 44)."),
    reason("The purchaser was silent for its days, and no winner has refused before (87号令 68)."),
    reason("The purchaser's representative does not chair (87号令 47)."),
    reason("The report names at least one candidate (87号令 58; 招投标条例 53)."),
    reason("The report names no more candidates than the law allows (招投标条例 53)."),
    reason("The report reaches the purchaser within days of the evaluation (采购条例 43)."),
    reason("The termination is announced with its reason (招投标条例 31)."),
    reason("The winner is one of the candidates of the report that have not fallen away (招投标法 40; 87号令 68)."),
    reason("There is at least one lot, and every lot has its code (招投标条例 24; 数据规范)."),
    reason("Too few bids conform, or another ground of 采购法 36 is stated with its reason (采购法 36; 87号令 43)."),
    reason("Too few bids were opened: no price is read out, the run fails (招投标条例 44; 20号令 31; 87号令 31)."),
    reason("Where the region asks it, documents were filed with the supervisor in time before issue (浙江条例 19)."),
    reason("Where the region asks it, the tender plan was public before the notice (local rules)."),
    reason("While bids are valid, and within days of publicity where the region says so (12号令 40; 重庆条例 35)."),
    reason("While bids are valid, counted from the deadline (招投标条例 25; 12号令 40)."),
    reason(
        "With dominating state funds rank one wins; another only with a ground for each better rank (招投标条例 55)."
    ),
    reason(
        "With fewer valid bids than the least number, the committee writes down why it goes on (12号令 27; 1117号 13)."
    ),
)
