//! The whole matcher: tables through one [`check`](cases::check), and properties against [`crate::naive`].

mod cases;
mod parts;
mod properties;
mod refused;
mod vectors;
