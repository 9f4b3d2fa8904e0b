//! vsphere
