import Foundation

/// Runs cases in this process and says in a shared page how far it is.
struct Worker {
  let target: FuzzTarget
  let seed: UInt64
  let memoryLimit: Int
  /// The file of the shared page.
  let progress: String

  /// The exit codes of findings that are no crash.
  static let memoryCode: Int32 = 77
  static let errorCode: Int32 = 78

  func run(_ cases: Range<Int>) throws {
    let page = try ProgressPage(progress)
    // Far above the limit of a case; what is watched is the memory in use.
    var space = rlimit(rlim_cur: 16 << 30, rlim_max: 16 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &space)
    let prepared = try target.prepared()
    var peak = Self.peakMemory()
    for number in cases {
      var stream = FuzzTarget.stream(seed: seed, target: target.name, number: number)
      let bytes = prepared.makeCase(&stream)
      page.begin(number)
      do {
        if try prepared.accepts(bytes) { page.accepted += 1 }
      } catch {
        FileHandle.standardError.write(Data("\(type(of: error)): \(error)\n".prefix(2000).utf8))
        exit(Self.errorCode)
      }
      let now = Self.peakMemory()
      if now - peak > memoryLimit { exit(Self.memoryCode) }
      peak = max(peak, now)
    }
    page.begin(cases.upperBound)
  }

  /// The most memory that this process has used, in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}

/// A page of memory that worker and campaign share: the number of the case that runs, and how many were accepted.
final class ProgressPage {
  private let words: UnsafeMutablePointer<Int>

  init(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 4096) == 0,
      let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), page != MAP_FAILED
    else { throw CocoaError(.fileWriteUnknown) }
    close(descriptor)
    words = page.assumingMemoryBound(to: Int.self)
  }

  deinit { munmap(words, 4096) }

  var accepted: Int {
    get { words[1] }
    set { words[1] = newValue }
  }

  /// The case that runs; -1 before the first.
  var number: Int { words[0] - 1 }

  func begin(_ number: Int) { words[0] = number + 1 }

  func reset() { (words[0], words[1]) = (0, 0) }
}
