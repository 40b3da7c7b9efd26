#pragma once

// A small Bookshelf design, by the extensions of its files.

#include <map>
#include <string>

namespace gsrgnn::bookshelf_text {

/// Four rows of 40 sites; three cells, a macro that lies on its side, a pad, a pin over cells and a filler.
inline const std::map<std::string, std::string> kFiles = {
    {"aux", "RowBasedPlacement :  tiny.nodes  tiny.nets  tiny.wts  tiny.pl  tiny.scl tiny.shapes tiny.route\n"},
    {"nodes", R"(UCLA nodes 1.0
# Created : by hand

NumNodes : 7
NumTerminals : 3
   o1  4 10
   o2  8 10
   o3  4 10
   m   16 8   terminal
   pad 0 0    terminal
   pin 2 2    terminal_NI
   fill 2 10
)"},
    {"nets", R"(UCLA nets 1.0

NumNets : 3
NumPins : 7

NetDegree : 3   n1
    o1  O : 1.5 -2
    o2  I : 0 0
    m   I : 7 3
NetDegree : 2
    o3  I
    pin B : 0.5 0.5
NetDegree : 2 n3
    o3
    pad O
)"},
    {"pl", R"(UCLA pl 1.0

o1   0 0  : N
o2   10 10 : FN
o3   20 20 : N
m    30 20 : E /FIXED
pad  -5 7 : N /Fixed
pin  20 22 : N /FIXED_NI
fill 2 30 : N
)"},
    {"scl", R"(UCLA scl 1.0
NumRows : 2
CoreRow Horizontal
  Coordinate    : 0
  Height        : 10
  Sitewidth     : 1
  Sitespacing   : 1
  Siteorient    : 1
  Sitesymmetry  : 1
  SubrowOrigin  : 0  NumSites  : 40
End
CoreRow Horizontal
  Coordinate : 30
  Height : 10
  Sitespacing : 2
  SubrowOrigin : 0 NumSites : 20
End
)"},
    {"route", R"(route 1.0

Grid              :  4 2 3
VerticalCapacity  :  0 0 30
HorizontalCapacity:  0 40 0
MinWireWidth      :  1 1 2
MinWireSpacing    :  1 1 3
ViaSpacing        :  0 0 0
GridOrigin        :  0 0
TileSize          :  10 20
BlockagePorosity  :  0

NumNiTerminals  :  1
  pin 2
NumBlockageNodes : 1
  m 2 1 2
)"}};

}  // namespace gsrgnn::bookshelf_text
