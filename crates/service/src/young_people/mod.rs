//! Young people in touch with social work: what may be said of them, and to whom.

pub mod disclosure;
