//! hostconfig
