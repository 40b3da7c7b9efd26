#pragma once

/// Where the files of CircuitNet lie on a user's disk. Under a root, or one folder below in graph_features:
///
///   graph_information/net_attr/NETLIST_net_attr.npy     names of the nets
///   graph_information/node_attr/NETLIST_node_attr.npy   names and types of the cells
///   graph_information/pin_attr/NETLIST_pin_attr.npy     name, net (or list of nets) and cell of each pin
///   instance_placement_gcell/DESIGN.npy                 the box of each placed cell, in inclusive GCell indices
///
/// (older downloads call the last instance_placement), where many designs place one netlist. Any of these files may
/// lack its ".npy". Google Drive delivers a folder in parts, as NAME-001/NAME, NAME-002/NAME and so on: they are read
/// as one. Every error is an InputError that names the file or folder.

#include <string>
#include <vector>

namespace gsrgnn {

struct CircuitNetFolders {
  std::vector<std::string> placement, information;  ///< parts of each, one at least
};
/// Refuses a root that does not exist or lacks one of the two, and one that has places in microns only
/// (instance_placement_micron): the files do not tell how large a GCell is.
CircuitNetFolders find_circuitnet(const std::string& root);

/// The designs that have a placement, sorted, without ".npy". Other files, which neither end in ".npy" nor begin as
/// such a file does, are none.
std::vector<std::string> list_circuitnet_designs(const std::string& root);

/// The name of a design from that of its placement: without folders and ".npy".
std::string circuitnet_design(const std::string& name);

/// Of the names of netlists that of a design: the longest with which the design's name, without its leading number,
/// begins, up to a "-" or "_": zero-riscy-a-1-c2 of 7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0 (N28), RISCY_freq_50 of
/// RISCY_freq_50_mp_1_fpu_60_fpa_1.0_p_7_fi_ar (N14), mgc_superblue14 of 438-mgc_superblue14-util_0.8 (ISPD 2015).
/// Empty when there is none.
std::string circuitnet_netlist(const std::string& design, const std::vector<std::string>& netlists);
/// The netlists of which there are cells.
std::vector<std::string> list_circuitnet_netlists(const CircuitNetFolders& folders);

/// The file of a name in one of the folders, whichever of the suffixes (tried in this order) it has. Throws when there
/// is none, or more than one.
std::string find_circuitnet_file(const std::vector<std::string>& folders, const std::string& name,
                                 const std::vector<std::string>& suffixes);

}  // namespace gsrgnn
