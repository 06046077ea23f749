import Foundation

/// Refuses what this machine's memory cannot hold, before anything is allocated.
enum MemoryLimit {
  static let bytes = Int(clamping: ProcessInfo.processInfo.physicalMemory)

  /// Throws `ExecutionError` where `needed` bytes are more than the machine has.
  static func check(_ needed: Int, for what: String) throws {
    guard needed > bytes else { return }
    throw ExecutionError(
      "\(what) needs \(needed >> 20) MiB of memory, and this machine has \(bytes >> 20) MiB")
  }
}
