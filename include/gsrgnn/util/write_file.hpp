#pragma once

/// The one way in which this program writes a file: whole or not at all. The bytes go to a temporary file beside it,
/// PATH.HOST-PID-NUMBER.partial; only when the disk has every one of them does that take the name. On any fault the
/// temporary file is removed, with the folders made for it, and what had the name before stays.
///
/// Whoever writes a temporary file holds a lock on it (flock), which the kernel gives up at his death: so what a killed
/// process left can be told from what another is writing, on whatever node.

#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// Writes a file and waits until it is on the disk, which takes some 10 ms; missing folders are made. Throws InputError
/// when it cannot be written, or the path is that of a folder, pipe or device.
void write_file(const std::string& path, std::string_view bytes);
/// The same of pieces, one after the other. What had the name before is kept as `keep_as`, unless that is "".
void write_file(const std::string& path, const std::vector<std::string_view>& pieces, const std::string& keep_as = "");

/// Throws InputError when the file could not be written; leaves nothing behind.
void check_writable(const std::string& path);

/// A name for a temporary file, another one with each call: no process of a cluster, in whatever container, has it too.
std::string temporary_path(const std::string& path);
/// Removes a temporary file, unless the process that writes it lives; also where the file system has no locks to tell.
void remove_abandoned(const std::string& temporary);

/// Waits until a file or folder is on the disk, and returns whether it is.
bool sync_to_disk(const std::string& path);

}  // namespace gsrgnn
