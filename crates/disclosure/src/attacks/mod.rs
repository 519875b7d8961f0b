//! What attackers find who know the rule, its table and the lattice, and ask all they may.

mod averaging;
mod scenarios;
