//! Who may do what: bearer tokens and client certificates, and the roles they have.
//!
//! The table is a file of its own, so that it can be replaced while the server runs. It holds SHA-256 hashes of tokens
//! and not the tokens, so reading it gives nobody access. A token is compared with all hashes, each in constant time: how
//! long a refusal takes tells nothing.
//!
//! Without a table everybody may do everything, which is for a machine of one's own.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::limits::TOKEN_BYTES_MAX;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Ask for matches.
    Match,
    /// Change and read the inventory, and everything of the admin listener.
    Admin,
    /// Read metrics.
    Metrics,
}

/// The table that is in force. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Access(Arc<InForce>);

#[derive(Debug, Default)]
struct InForce {
    table: ArcSwapOption<AccessTable>,
    /// Whether there is a table. Each call asks, and this costs a tenth of what looking at the table does.
    restricted: AtomicBool,
}

/// Who may do what.
#[derive(Debug, PartialEq, Eq)]
pub struct AccessTable {
    anonymous: Roles,
    principals: Vec<Principal>,
    tokens: Vec<([u8; 32], usize)>,
}

/// What a caller shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Credentials<'c> {
    /// Its bearer token.
    pub token: Option<&'c [u8]>,
    /// The names of its certificate.
    pub certificate_names: &'c [String],
}

/// Why a caller may not do what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It shows nothing.
    NoCredentials,
    /// Nobody knows its token.
    TokenUnknown,
    /// It has not this role.
    RoleMissing(Role),
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessError(String);

#[derive(Debug, PartialEq, Eq)]
struct Principal {
    name: Arc<str>,
    roles: Roles,
    certificate_names: Vec<String>,
}

/// A set of roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Roles(u8);

/// The table as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    anonymous_roles: Vec<Role>,
    #[serde(default)]
    principal: Vec<WrittenPrincipal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrincipal {
    name: String,
    roles: Vec<Role>,
    #[serde(default)]
    token_sha256: Vec<String>,
    #[serde(default)]
    certificate_names: Vec<String>,
}

impl Role {
    /// Its name, as the table has it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Match => "match",
            Role::Admin => "admin",
            Role::Metrics => "metrics",
        }
    }
}

impl Access {
    /// With a table.
    pub fn with(table: AccessTable) -> Access {
        let access = Access::default();
        access.replace(table);
        access
    }

    /// Uses another table from now on.
    pub fn replace(&self, table: AccessTable) {
        self.0.table.store(Some(Arc::new(table)));
        self.0.restricted.store(true, Ordering::Release);
    }

    /// Whether there is a table.
    pub fn is_restricted(&self) -> bool {
        self.0.restricted.load(Ordering::Acquire)
    }

    /// Who this is, if it may do what one of these roles may. Nobody in particular, if anybody may.
    ///
    /// # Errors
    /// It may not.
    pub fn judge(
        &self,
        credentials: Credentials<'_>,
        roles: &[Role],
    ) -> Result<Option<Arc<str>>, Denied> {
        match &*self.0.table.load() {
            None => Ok(None),
            Some(table) => table.judge(credentials, roles),
        }
    }
}

impl AccessTable {
    /// Reads a table.
    ///
    /// # Errors
    /// It is not TOML, or something in it is not what it should be.
    pub fn parse(text: &str) -> Result<AccessTable, AccessError> {
        let written: Written = toml::from_str(text)
            .map_err(|error| AccessError(error.to_string().trim().to_owned()))?;
        let mut table = AccessTable {
            anonymous: Roles::of(&written.anonymous_roles),
            principals: Vec::new(),
            tokens: Vec::new(),
        };
        for principal in written.principal {
            table.add(principal)?;
        }
        Ok(table)
    }

    /// Whether somebody who shows nothing may do this.
    pub fn lets_anybody(&self, role: Role) -> bool {
        self.anonymous.has(role)
    }

    fn add(&mut self, written: WrittenPrincipal) -> Result<(), AccessError> {
        let WrittenPrincipal { name, roles, token_sha256, certificate_names } = written;
        let wrong = |what: String| AccessError(format!("principal {name:?}: {what}"));
        if name.is_empty() || self.principals.iter().any(|known| *known.name == *name) {
            return Err(wrong("expected a name that no other principal has".to_owned()));
        }
        if token_sha256.is_empty() && certificate_names.is_empty() {
            return Err(wrong(
                "expected token_sha256 or certificate_names, got neither".to_owned(),
            ));
        }
        for hash in token_sha256 {
            let hash = sha256(&hash).ok_or_else(|| {
                wrong(format!(
                    "token_sha256: expected the SHA-256 of a token in 64 hexadecimal digits (printf %s TOKEN | sha256sum), \
                     got {} characters",
                    hash.chars().count()
                ))
            })?;
            if self.tokens.iter().any(|(known, _)| *known == hash) {
                return Err(wrong("token_sha256: another principal has this token".to_owned()));
            }
            self.tokens.push((hash, self.principals.len()));
        }
        let known = |name: &String| {
            self.principals.iter().any(|known| known.certificate_names.contains(name))
        };
        if let Some(taken) = certificate_names.iter().find(|name| known(name)) {
            return Err(wrong(format!("certificate_names: another principal has {taken:?}")));
        }
        let (name, roles) = (Arc::from(name.as_str()), Roles::of(&roles));
        self.principals.push(Principal { name, roles, certificate_names });
        Ok(())
    }

    fn judge(
        &self,
        credentials: Credentials<'_>,
        roles: &[Role],
    ) -> Result<Option<Arc<str>>, Denied> {
        let may = |have: Roles| roles.iter().any(|role| have.has(*role));
        let by_token = match credentials.token {
            Some(token) => Some(self.of_token(token).ok_or(Denied::TokenUnknown)?),
            None => None,
        };
        let by_certificate = credentials.certificate_names.iter().find_map(|name| {
            self.principals.iter().find(|principal| principal.certificate_names.contains(name))
        });
        let shown = [by_token, by_certificate];
        if let Some(principal) = shown.iter().flatten().find(|principal| may(principal.roles)) {
            return Ok(Some(Arc::clone(&principal.name)));
        }
        if may(self.anonymous) {
            return Ok(None);
        }
        match shown {
            [None, None] => Err(Denied::NoCredentials),
            _ => Err(Denied::RoleMissing(roles[0])),
        }
    }

    /// Whose token this is. Looks at all of them, whichever it is.
    fn of_token(&self, token: &[u8]) -> Option<&Principal> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let hash = Sha256::digest(token);
        let mut found = None;
        for (known, principal) in &self.tokens {
            let equal: Choice = hash.as_slice().ct_eq(known);
            if equal.into() {
                found = Some(*principal);
            }
        }
        found.map(|principal| &self.principals[principal])
    }
}

impl Roles {
    fn of(roles: &[Role]) -> Roles {
        Roles(roles.iter().fold(0, |all, role| all | 1 << *role as u8))
    }

    fn has(self, role: Role) -> bool {
        self.0 & 1 << role as u8 != 0
    }
}

fn sha256(hex: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let bytes: Vec<u8> =
        digits?.chunks(2).map(|pair| pair.iter().fold(0, |sum, d| sum << 4 | d)).collect();
    (hex.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denied::NoCredentials => f.write_str("no credentials"),
            Denied::TokenUnknown => f.write_str("the token is not known"),
            Denied::RoleMissing(role) => write!(f, "the role {} is missing", role.name()),
        }
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AccessError {}

#[cfg(test)]
mod tests;
