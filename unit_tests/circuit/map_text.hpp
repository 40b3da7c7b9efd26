#pragma once

// A route guide and maps of the design of def_text.hpp, as other tools write them.

#include <string>

namespace gsrgnn::map_text {

/// Of the wires of kTiny: 50 to 250 on metal3, then up on metal2.
inline const std::string kGuide = R"(n1
(
0 0 300 100 metal3
200 0 300 100 metal2
200 0 300 200 metal2
200 100 300 200 metal1
)
n2
(
200 100 300 200 metal1
)
)";

/// Over the die of kTiny, 3 x 2 microns, as dump_heatmap writes it: column by column, and nothing where it has no
/// value.
inline const std::string kCsv = R"(x0,y0,x1,y1,value (%)
0,0,1.5,1,2.500000e+01
0,1,1.5,2,5.000000e+01
1.5,0,3,1,7.500000e+01
)";

inline const std::string kReport =
    "violation type: Horizontal congestion\n"
    "\tsrcs: net:n1 net:a:b \n"
    "\tcongestion information: capacity:1 usage:3 overflow:2\n"
    "\tbbox = ( 0, 0 ) - ( 1, 1) on Layer -\n"
    "violation type: Horizontal congestion\n"
    "\tsrcs: \n"
    "\tcomment: capacity:0 usage:1 congestion:1\n"
    "\tbbox = (2.0000, 1.0000) - (3.0000, 2.0000) on Layer metal3\n"
    "violation type: Vertical congestion\n"
    "\tsrcs: net:n2 \n"
    "\tcongestion information: capacity:4 usage:8 overflow:4\n"
    "\tbbox = ( 1, 0 ) - ( 2, 1) on Layer -\n";

}  // namespace gsrgnn::map_text
