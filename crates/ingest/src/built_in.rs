//! The descriptors of formats, the tables of log sources and the scenarios that are built in, by the
//! names of their files: everything in `controls/formats`, `controls/log_sources` and
//! `controls/profiles/scenarios`.

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
