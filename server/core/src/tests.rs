//! The whole matcher: tables through one [`check`](cases::check), and properties against [`crate::naive`].

mod cases;
mod explained;
mod keyword_texts;
mod large;
mod leaves;
mod parts;
mod properties;
pub(crate) mod random;
mod records;
mod references;
mod refused;
mod reviewed;
mod rules;
mod sections;
mod shared_keywords;
mod steps;
mod validate;
mod vectors;
