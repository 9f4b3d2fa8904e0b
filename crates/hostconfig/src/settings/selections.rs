//! Lists of hosts that the admin gave a name.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Settings, SettingsError, check_name, shortened};
use crate::Result;

/// In bytes; vSphere allows 255 characters at most.
const MAX_HOST_NAME: usize = 1024;

/// A list of hosts under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSelection {
    /// The name that the admin gave it, unlike all others in any case.
    pub name: String,
    /// The hosts' names.
    pub hosts: Vec<String>,
}

impl Settings {
    /// Saves a list of hosts under a name, in the place of the one that has the name in any case. A host that is named
    /// twice is kept once.
    ///
    /// # Errors
    /// [`SettingsError::BadSelection`] for a name that is not 1 to 64 characters without control characters and without
    /// a space at either end, for no hosts at all, and for what is no host's name.
    pub fn save_selection(&mut self, name: &str, hosts: &[String]) -> Result<()> {
        let bad = |reason| SettingsError::BadSelection { name: shortened(name), reason };
        check_name(name).map_err(bad)?;
        let mut seen = HashSet::new();
        let hosts: Vec<String> = hosts
            .iter()
            .map(|host| host.trim())
            .filter(|host| seen.insert(host.to_lowercase()))
            .map(str::to_owned)
            .collect();
        if hosts.is_empty() {
            return Err(bad("it has no hosts").into());
        }
        if hosts
            .iter()
            .any(|host| host.is_empty() || host.len() > MAX_HOST_NAME || host.chars().any(char::is_control))
        {
            return Err(
                bad("one of its hosts has a name that is empty, too long or has control characters").into()
            );
        }
        let selection = SavedSelection { name: name.to_owned(), hosts };
        match self.selection_position(name) {
            Some(at) => self.selections[at] = selection,
            None => self.selections.push(selection),
        }
        Ok(())
    }

    /// Removes the list of hosts of this name, in any case.
    pub fn remove_selection(&mut self, name: &str) -> Result<SavedSelection> {
        let at = self.selection_position(name);
        let unknown = || SettingsError::UnknownSelection { name: shortened(name) };
        Ok(self.selections.remove(at.ok_or_else(unknown)?))
    }

    fn selection_position(&self, name: &str) -> Option<usize> {
        let wanted = name.trim().to_lowercase();
        self.selections.iter().position(|selection| selection.name.to_lowercase() == wanted)
    }
}
