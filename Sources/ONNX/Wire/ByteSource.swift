import Foundation
import Inference

/// The bytes of a file, mapped read-only so that opening costs nothing however large it is, or of an array.
///
/// Tensors that are slices of it keep it alive. A file that another program shortens while it is mapped cannot be read.
package final class ByteSource: ReclaimableMemory, @unchecked Sendable {
  /// What messages call the source: the path as the user gave it.
  let name: String
  let bytes: UnsafeRawBufferPointer
  /// How many bytes were reserved for a mapping; `nil` for an allocation.
  private let reserved: Int?

  /// Maps a regular file.
  ///
  /// Throws `ModelError` where it cannot be read or is empty.
  init(mapping path: String, name: String? = nil) throws {
    self.name = name ?? path
    func failure(_ what: String) -> ModelError { ModelError(file: name ?? path, what) }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw failure("no such file") }
    // A named pipe would block here for ever without O_NONBLOCK.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw failure("is not a regular file") }
    let length = Int(status.st_size)
    guard length > 0 else { throw failure("is empty") }

    // Kernels may read one vector past a tensor's end, so an unused page follows the file's last one.
    let page = sysconf(Int32(_SC_PAGESIZE))
    let reserved = (length + page - 1) / page * page + page
    let space = mmap(nil, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let space, space != MAP_FAILED else { throw failure("cannot be mapped: \(String(cString: strerror(errno)))") }
    guard mmap(space, length, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0) != MAP_FAILED else {
      let reason = String(cString: strerror(errno))
      munmap(space, reserved)
      throw failure("cannot be mapped: \(reason)")
    }
    bytes = UnsafeRawBufferPointer(start: space, count: length)
    self.reserved = reserved
  }

  /// Holds a copy of `array`.
  init(_ array: [UInt8], name: String) {
    self.name = name
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count + 64, alignment: 64)
    space.copyBytes(from: array)
    bytes = UnsafeRawBufferPointer(rebasing: space[..<array.count])
    reserved = nil
  }

  deinit {
    if let reserved {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), reserved)
    } else {
      bytes.deallocate()
    }
  }

  /// Drops the pages of a mapping that lie wholly inside those bytes; they are read again from the file if need be.
  package func reclaim(_ part: UnsafeRawBufferPointer) {
    guard reserved != nil, let start = part.baseAddress, let first = bytes.baseAddress, start >= first,
      start + part.count <= first + bytes.count
    else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let (low, high) = (start.alignedUp(toMultipleOf: page), (start + part.count).alignedDown(toMultipleOf: page))
    if low < high { madvise(UnsafeMutableRawPointer(mutating: low), high - low, MADV_DONTNEED) }
  }

  var all: ByteSlice { ByteSlice(source: self, range: 0..<bytes.count) }
}

/// A part of a `ByteSource`; it lies inside it.
package struct ByteSlice: Sendable {
  let source: ByteSource
  let range: Range<Int>

  var count: Int { range.count }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: source.bytes[range]) }

  /// The text, or `nil` where it is not UTF-8.
  var string: String? { withExtendedLifetime(source) { String(validating: bytes, as: UTF8.self) } }
}
