import Foundation
import StrictJSON

/// A file that is made beside its final place and moved there when it is complete.
///
/// What stood there before is untouched until then, and replaced only where that was asked for.
struct OutputFile {
  /// The path as the user wrote it.
  let name: String
  /// The final place, absolute, with symbolic links followed.
  let target: String
  let temporary: String
  private let replaces: Bool

  /// Makes an empty temporary file in the folder of `name`.
  ///
  /// Throws `InputError` where the file exists already and `force` is false, where what exists is no regular file, and
  /// where the folder is missing (unless `createsFolder`) or cannot be written to.
  init(_ name: String, force: Bool, createsFolder: Bool) throws {
    self.name = name
    let url = URL(fileURLWithPath: name)
    guard !name.isEmpty, !name.hasSuffix("/") else { throw InputError("'\(name.printable)' is not a file name") }
    var status = stat()
    if lstat(name, &status) == 0 {
      guard stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw InputError("'\(name.printable)' is not a regular file and is not replaced")
      }
      guard force else { throw InputError("'\(name.printable)' exists already; --force replaces it") }
      replaces = true
      target = url.resolvingSymlinksInPath().path
    } else {
      replaces = false
      let folder = url.deletingLastPathComponent()
      if createsFolder, mkdir(folder.path, 0o777) != 0, errno != EEXIST {
        throw InputError("cannot make the folder '\(folder.path.printable)': \(String(cString: strerror(errno)))")
      }
      guard stat(folder.path, &status) == 0 else {
        throw InputError("'\(name.printable)': there is no folder '\(folder.path.printable)'")
      }
      target = folder.resolvingSymlinksInPath().appendingPathComponent(url.lastPathComponent).path
    }
    let place = URL(fileURLWithPath: target)
    temporary =
      place.deletingLastPathComponent()
      .appendingPathComponent(".\(place.lastPathComponent.prefix(200)).\(getpid()).new").path
    unlink(temporary)
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw InputError("'\(name.printable)' cannot be written: \(String(cString: strerror(errno)))")
    }
    Foundation.close(descriptor)
  }

  /// Moves the complete file to its place.
  ///
  /// Throws `InputError` where another program was faster.
  func publish() throws {
    guard replaces else {
      // Unlike rename, link never replaces a file.
      if link(temporary, target) == 0 {
        unlink(temporary)
        return
      }
      guard errno != EEXIST else { throw InputError("'\(name.printable)' exists already; --force replaces it") }
      try move()
      return
    }
    try move()
    // What a killed writer of the old database left behind would be taken for the new one's.
    for suffix in ["-wal", "-shm", "-journal"] { unlink(target + suffix) }
  }

  /// Removes what was made.
  func discard() {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporary + suffix) }
  }

  private func move() throws {
    guard rename(temporary, target) == 0 else {
      throw InputError("'\(name.printable)' cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
