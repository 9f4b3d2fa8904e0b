//! vsphere-sim
