import Foundation
import Simulation
import StrictJSON
import Testing

/// Reading rate traces, and what is wrong with them.
struct TraceFormatTests {
  static func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  static func read(_ text: String, _ format: TraceFormat, column: String = "DL_bitrate") throws -> RateTrace {
    let path = try file(text)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try format.read(path, column: column, mentionedAt: nil)
  }

  static func mistakes(_ text: String, _ format: TraceFormat, column: String = "DL_bitrate") throws -> String {
    let path = try file(text)
    defer { try? FileManager.default.removeItem(atPath: path) }
    do throws(InputError) {
      _ = try format.read(path, column: column, mentionedAt: nil)
      return ""
    } catch { return "\(error)".replacing(path, with: "t") }
  }

  static let table = """
    Timestamp,Speed,DL_bitrate,UL_bitrate
    2019.12.16_23.59.58,0,222,53
    2019.12.16_23.59.59,0,8,2
    2019.12.16_23.59.59,0,9000,3
    2019.12.17_00.00.03,1,10,4

    """

  @Test func packets() throws {
    let trace = try Self.read("5\n5\n\n20\n", .mahimahi)
    #expect(trace == RateTrace(opportunities: [(5_000_000, 3000), (20_000_000, 1500)]))
    #expect(abs(trace.meanBitsPerSecond - 4500 * 8 / 0.02) < 1e-6)
  }

  @Test func rates() throws {
    let trace = try Self.read("0.0\t2\n1.5 0\n2 4.5\r\n", .pensieve)
    #expect(trace == RateTrace(rates: [(0, 2e6), (1_500_000_000, 0), (2_000_000_000, 4.5e6)]))
    #expect(abs(trace.meanBitsPerSecond - (3e6 + 2.25e6) / 2.5) < 1)
  }

  /// Midnight is a second like any other; of two lines of one second the last counts.
  @Test func columns() throws {
    let down = try Self.read(Self.table, .irish5g)
    #expect(down == RateTrace(rates: [(0, 222e3), (1_000_000_000, 9e6), (5_000_000_000, 10e3)]))
    let up = try Self.read(Self.table, .irish5g, column: "UL_bitrate")
    #expect(up == RateTrace(rates: [(0, 53e3), (1_000_000_000, 3e3), (5_000_000_000, 4e3)]))
  }

  @Test(arguments: [
    ("", TraceFormat.mahimahi, "error: the trace 't' is empty"),
    ("0\n0\n", .mahimahi, "error: the trace 't' ends at 0 ms: it has no rate"),
    ("1\n3\n2\n", .mahimahi, "t:3:1: error: times must ascend: 2 comes after 3"),
    ("1\n-3\n", .mahimahi, "t:2:1: error: '-3' is no whole number of milliseconds"),
    ("1 2\n", .mahimahi, "t:1:1: error: '1 2' is no whole number of milliseconds"),
    (
      "1\n2.5\nx\n", .mahimahi,
      "t:2:1: error: '2.5' is no whole number of milliseconds\nt:3:1: error: 'x' is no whole number of milliseconds"
    ),
    ("", .pensieve, "error: the trace 't' is empty"),
    ("0 1\n2\n", .pensieve, "t:2:1: error: expected 'seconds Mbit/s', found one column"),
    ("0 1\n1 -2\n", .pensieve, "t:2:3: error: '-2' is not a rate between 0 and 1000000 Mbit/s"),
    ("0 1\n1 nan\n", .pensieve, "t:2:3: error: 'nan' is not a rate between 0 and 1000000 Mbit/s"),
    ("3 1\n1 2\n", .pensieve, "t:2:1: error: times must ascend: 1 comes after 3.0"),
    (
      "0 0\n1 0\n", .pensieve,
      "error: the trace 't' has no capacity that can be counted: all rates are 0, or far too large"
    ),
    ("a,b\n", .irish5g, "t:1:1: error: the header has no column 'Timestamp'"),
    ("Timestamp,b\n", .irish5g, "t:1:1: error: the header has no column 'DL_bitrate' (it has Timestamp, b)"),
    ("Timestamp,DL_bitrate\n2019.12.16_07.22.43\n", .irish5g, "t:2:1: error: 1 columns where the header has 2"),
    ("Timestamp,DL_bitrate\n2019.12.16_07.22.43,-\n", .irish5g, "t:2:21: error: '-' is not a rate in kbit/s"),
    (
      "Timestamp,DL_bitrate\n2019.13.16_07.22.43,1\n", .irish5g,
      "t:2:1: error: '2019.13.16_07.22.43' is no time like 2019.12.16_07.22.43"
    ),
  ])
  func mistakes(text: String, format: TraceFormat, message: String) throws {
    #expect(try Self.mistakes(text, format) == message)
  }

  @Test func missingFile() {
    #expect(throws: InputError.self) {
      try TraceFormat.mahimahi.read("/nowhere/at/all", column: "", mentionedAt: nil)
    }
  }

  /// The measured traces of the data folder, where it is at hand: means as its README has them.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "../shared/traces"), "needs ../shared/traces"),
    arguments: [
      ("mahimahi/ATT-LTE-driving-2016.down", TraceFormat.mahimahi, 4.56),
      ("mahimahi/TMobile-LTE-short.up", .mahimahi, 13.32),
      ("mahimahi/Verizon-EVDO-driving.up", .mahimahi, 0.84), ("hsdpa/norway_bus_5", .pensieve, 1.62),
      ("hsdpa/norway_train_21", .pensieve, 1.68),
      ("irish5g/Download_Driving_B_2019.12.16_07.22.43.csv", .irish5g, 23.2),
    ])
  func measuredTraces(name: String, format: TraceFormat, mbps: Double) throws {
    let trace = try format.read("../shared/traces/\(name)", column: "DL_bitrate", mentionedAt: nil)
    // The README's means are over one-second bins or lines, not over time.
    let error = format == .mahimahi ? 0.02 : 0.3
    #expect(abs(trace.meanBitsPerSecond / 1e6 - mbps) < error * mbps)
  }
}
