//! The descriptors of formats and the tables of log sources that are built in, by the names of
//! their files: everything in `controls/formats` and `controls/log_sources`.

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
