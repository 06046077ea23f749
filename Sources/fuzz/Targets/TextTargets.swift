import Experiments
import Foundation
import ModelZoo
import Partitioning
import RandomStreams
import Scenarios
import Simulation
import StrictJSON

extension FuzzTarget {
  /// A target of texts, whose readers throw `InputError` and nothing else.
  private static func texts(
    _ name: String, _ seeds: @escaping @Sendable () -> [String], _ read: @escaping @Sendable ([UInt8]) throws -> Void
  ) -> FuzzTarget {
    FuzzTarget(name: name) {
      let mutation = TextMutation(seeds())
      return Prepared(
        makeCase: { mutation.makeCase(&$0) },
        accepts: { bytes in
          do {
            try read(bytes)
            return true
          } catch is InputError { return false }
        })
    }
  }

  /// Scenario files; what they name is not read.
  static let scenario = texts("scenario", { SampleTexts.scenarios }) { bytes in
    let scenario = try Scenario(try JSONParser.parse(bytes, file: "case.json"))
    _ = scenario.resolvedJSON
  }

  /// Cost tables, and the plans made from small ones.
  static let costs = texts("costs", { SampleTexts.costs }) { bytes in
    let table = try CostTable(JSONParser.parse(bytes, file: "case.json"), name: "case")
    guard table.tiers.count == 2 else { return }
    let link = try LinkSpec("\(table.tiers[0]):\(table.tiers[1])=16/16+0")
    _ = table.problem(hops: try LinkSpec.hops(joining: table.tiers, with: [link]))
  }

  /// Device profiles.
  static let profile = texts(
    "profile", { DeviceProfile.builtInNames.compactMap { DeviceProfile.builtIn(named: $0)?.json.pretty } }
  ) {
    let profile = try DeviceProfile(JSONParser.parse($0, file: "case.json"))
    _ = profile.json.pretty
    for kind in [1, 1 << 40] { _ = profile.nanoseconds(macs: kind, bytes: kind, .convolution) }
  }

  /// What options hold: overrides, links and policies.
  static let words = texts("words", { SampleTexts.options }) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    var errors: [InputError] = []
    do throws(InputError) { _ = try Scenario.Override(text) } catch { errors.append(error) }
    do throws(InputError) { _ = try LinkSpec(text) } catch { errors.append(error) }
    do throws(InputError) { _ = try PolicyRegistry.policy(spec: text) } catch { errors.append(error) }
    if errors.count == 3 { throw errors[0] }
  }

  /// Rate traces of every format.
  static let trace = texts("trace", { SampleTexts.traces }) { bytes in
    let path = try TemporaryFile.with(bytes)
    var errors: [InputError] = []
    for format in TraceFormat.allCases {
      do throws(InputError) {
        _ = try format.read(path, column: "UL_bitrate", mentionedAt: nil).meanBitsPerSecond
      } catch {
        errors.append(error)
      }
    }
    if errors.count == TraceFormat.allCases.count { throw errors[0] }
  }

  /// Files of arrival times.
  static let arrivals = texts("arrivals", { SampleTexts.arrivals }) { bytes in
    _ = try ArrivalTrace.nanoseconds(in: TemporaryFile.with(bytes), mentionedAt: nil)
  }
}

/// A file of this process that each case overwrites.
enum TemporaryFile {
  static let path = FileManager.default.temporaryDirectory.path + "/offloadsim-fuzz-case-\(getpid())"

  static func with(_ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }
}
