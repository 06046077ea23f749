import Foundation

/// Watches workers over a range of cases, and writes down what they find.
struct Campaign {
  let target: String
  let seed: UInt64
  let seconds: Double
  let megabytes: Int
  let folder: String

  /// More findings of one target say nothing new.
  private static let maximumFindings = 20

  /// How many findings there are.
  func run(_ cases: Range<Int>) throws -> Int {
    let path = FileManager.default.temporaryDirectory.path + "/offloadsim-fuzz-\(UUID().uuidString)"
    let page = try ProgressPage(path)
    defer { unlink(path) }
    let started = Date()
    var (next, found, accepted) = (cases.lowerBound, 0, 0)
    while next < cases.upperBound, found < Self.maximumFindings {
      page.reset()
      let (outcome, number) = try watch(next..<cases.upperBound, page, path)
      accepted += page.accepted
      guard let outcome else { break }
      guard number >= 0 else {
        throw Failure(description: "\(target): the worker failed before its first case: \(outcome)")
      }
      found += 1
      try write(outcome, number)
      next = number + 1
    }
    let took = String(format: "%.1f", Date().timeIntervalSince(started))
    print("\(target): \(cases.count) cases in \(took) s, \(accepted) accepted, \(found) findings")
    return found
  }

  /// What ended the worker, and at which case; no outcome where it came to the end.
  private func watch(_ cases: Range<Int>, _ page: ProgressPage, _ path: String) throws -> (String?, Int) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "--target", target, "--seed", "\(seed)", "--first", "\(cases.lowerBound)", "--iterations", "\(cases.count)",
      "--case-megabytes", "\(megabytes)", "--worker", path,
    ]
    let errors = path + ".errors"
    try Data().write(to: URL(fileURLWithPath: errors))
    defer { unlink(errors) }
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var (number, since, killed) = (-2, Date(), String?.none)
    while process.isRunning {
      usleep(20_000)
      if page.number != number { (number, since) = (page.number, Date()) }
      // The seed corpus of some targets takes a while.
      let limit = number < 0 ? seconds + 60 : seconds
      if Date().timeIntervalSince(since) > limit {
        killed = "takes more than \(seconds) s"
      } else if Self.memory(of: process.processIdentifier) > megabytes << 20 {
        killed = "takes more than \(megabytes) MiB"
      }
      if killed != nil {
        kill(process.processIdentifier, SIGKILL)
        break
      }
    }
    process.waitUntilExit()
    number = page.number
    if let killed { return (killed, number) }
    if process.terminationReason == .exit, process.terminationStatus == 0 { return (nil, number) }
    let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
    switch (process.terminationReason, process.terminationStatus) {
    case (.exit, Worker.memoryCode): return ("takes more than \(megabytes) MiB", number)
    case (.exit, Worker.errorCode): return ("unexpected error \(text)", number)
    case (_, let status):
      let line = text.split(separator: "\n").first { $0.contains("Fatal") || $0.contains("rror:") || $0.contains("💣") }
      return ("ends with \(status): \(line ?? "")", number)
    }
  }

  /// The memory that a process has in use, in bytes, without what it shares.
  private static func memory(of process: Int32) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(separator: " ").compactMap { Int($0) }
    return pages.count > 2 ? (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }

  private func write(_ outcome: String, _ number: Int) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let target = FuzzTarget.all.first(where: { $0.name == target }) else { return }
    var stream = FuzzTarget.stream(seed: seed, target: target.name, number: number)
    let bytes = try target.prepared().makeCase(&stream)
    let file = "\(folder)/\(target.name)-\(seed)-\(number)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    print("\(target.name) case \(number): \(outcome.trimmingCharacters(in: .newlines))")
    print("  reproduce: \(CommandLine.arguments[0]) --target \(target.name) --replay \(file)")
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}
