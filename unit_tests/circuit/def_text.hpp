#pragma once

// What the tests of DEF share: a small routed design as text, and changes of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "circuit/numpy_files.hpp"
#include "support/files.hpp"

namespace gsrgnn::def_text {

/// Three columns and two rows of GCells of 100 x 100 units; ten tracks through each in both directions.
inline const std::string kTiny = R"(VERSION 5.8 ;
DIVIDERCHAR "/" ;
BUSBITCHARS "[]" ;
DESIGN tiny ;
UNITS DISTANCE MICRONS 100 ;
DIEAREA ( 0 0 ) ( 300 200 ) ;
ROW ROW_0 site 0 0 N DO 3 BY 1 STEP 100 0 ;
TRACKS Y 5 DO 20 STEP 10 LAYER metal1 metal3 ;
TRACKS X 5 DO 30 STEP 10 LAYER metal1 metal2 ;
GCELLGRID X 0 DO 4 STEP 100 ;
GCELLGRID Y 0 DO 3 STEP 100 ;
VIAS 1 ;
    - via2_3 + RECT metal2 ( -5 -5 ) ( 5 5 ) + RECT cut2 ( -2 -2 ) ( 2 2 ) + RECT metal3 ( -5 -5 ) ( 5 5 ) ;
END VIAS
COMPONENTS 3 ;
    - u1 INV_X1 + SOURCE DIST + PLACED ( 10 20 ) N ;
    - u\[2\] BUF_X1 + FIXED ( 150 50 ) FS + HALO 1 2 3 4 ;
    - u3 INV_X1 + COVER ( 299 199 ) N + PROPERTY note "a ; b" ;
END COMPONENTS
PINS 1 ;
    - in + NET n1 + DIRECTION INPUT + USE SIGNAL ;
END PINS
SPECIALNETS 1 ;
    - VDD ( * VDD ) + USE POWER + ROUTED metal1 40 ( 0 0 ) ( 300 * ) ;
END SPECIALNETS
NETS 3 ;
    - n1 ( PIN in ) ( u1 A ) ( u\[2\] Z ) + USE SIGNAL
      + ROUTED metal3 ( 50 50 ) ( 250 * )
      NEW metal2 ( 250 50 ) ( * 150 ) ;
    - n2 ( u3 A ) ( u3 B + SYNTHESIZED ) ;
    - n3 ;
END NETS
END DESIGN
)";

inline const std::string kTinyLef = R"(VERSION 5.7 ;  # technology of the design above
UNITS
  DATABASE MICRONS 100 ;
END UNITS
PROPERTYDEFINITIONS
  LAYER LEF58_TYPE STRING ;
END PROPERTYDEFINITIONS
SITE site
  SIZE 1 BY 1 ;
END site
LAYER nwell
  TYPE MASTERSLICE ;
  PROPERTY LEF58_TYPE "TYPE NWELL ;" ;
END nwell
LAYER metal1
  TYPE ROUTING ;
  DIRECTION HORIZONTAL ;
  SPACINGTABLE
    PARALLELRUNLENGTH 0
    WIDTH 0 0.17 ;
END metal1
LAYER cut1
  TYPE CUT ;
END cut1
LAYER metal2
  TYPE ROUTING ;
  DIRECTION VERTICAL ;
END metal2
LAYER cut2
  TYPE CUT ;
END cut2
LAYER metal3
  DIRECTION HORIZONTAL ;
  TYPE ROUTING ;
END metal3
VIA via2_5 DEFAULT
  LAYER cut2 ;
    RECT -0.1 -0.1 0.1 0.1 ;
  LAYER metal2 ;
    RECT -0.1 -0.1 0.1 0.1 ;
  LAYER metal3 ;
    RECT -0.1 -0.1 0.1 0.1 ;
END via2_5
VIARULE generated GENERATE
  LAYER metal2 ;
    ENCLOSURE 0 0 ;
END generated
MACRO INV_X1
  PIN A
    PORT
      LAYER metal1 ;
    END
  END A
END INV_X1
END LIBRARY
)";

using testing::with;

/// kTiny with a strap and blockages in the way of its wires.
inline const std::string kBlocked = with(with(kTiny, "USE POWER + ROUTED metal1 40 ( 0 0 ) ( 300 * ) ;", R"(USE POWER
      + ROUTED metal1 40 ( 0 0 ) ( 300 * ) NEW metal2 20 + SHAPE STRIPE ( 250 0 ) ( * 200 ) ;)"),
                                         "SPECIALNETS 1", R"(BLOCKAGES 4 ;
    - LAYER metal3 + SPACING 5 RECT ( 0 0 ) ( 150 35 ) ;
    - LAYER metal3 + FILLS RECT ( 0 0 ) ( 300 200 ) ;
    - LAYER metal2 + EXCEPTPGNET POLYGON ( 0 100 ) ( 20 * ) ( * 200 ) ( 0 * ) ;
    - PLACEMENT RECT ( 0 0 ) ( 300 200 ) ;
END BLOCKAGES
SPECIALNETS 1)");

/// kTinyLef with a macro that stands in the way, too.
inline const std::string kMacroLef = with(kTinyLef, "MACRO INV_X1", R"(MACRO BUF_X1
  ORIGIN 0.1 0 ;
  SIZE 2.5 BY 0.5 ;
  PIN VDD
    USE POWER ;
    PORT
      LAYER metal3 ;
        RECT -0.1 0 0.4 0.1 ;
    END
  END VDD
  PIN A
    USE SIGNAL ;
    PORT
      LAYER metal3 ;
        RECT 0 0 2.4 0.5 ;
    END
  END A
  OBS
    LAYER metal2 DESIGNRULEWIDTH 0.1 ;
      RECT 1.9 0 2.4 0.5 ;
  END
END BUF_X1
MACRO INV_X1)");

/// The line, from 1, on which `what` first begins.
inline std::int64_t line_of(const std::string& text, const std::string& what) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())), '\n');
}

inline std::string gzipped(const std::string& text) {
  return numpy_files::deflated(text, 16 + MAX_WBITS);
}

using testing::expect_message;
using testing::input_error;
using TextFolder = testing::TestFolder;

/// A real design, or an empty path where the data is absent.
inline std::string real_def(const std::string& name) {
  const std::string path = std::string(GSRGNN_SHARED_DATA) + "/def/" + name;
  return std::filesystem::exists(path) ? path : std::string();
}

}  // namespace gsrgnn::def_text
