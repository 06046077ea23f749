import Experiments
import Foundation
import Inference
import ModelZoo
import RandomStreams
import Results
import Scenarios
import StrictJSON

extension FuzzTarget {
  /// Damaged results files, as `compare` reads them.
  static let database = FuzzTarget(name: "database") {
    let folder = FileManager.default.temporaryDirectory.path + "/offloadsim-fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let scenario = """
      {"offloadsim": 1, "name": "case", "duration_s": 20, "replications": 2, "models": [{"name": "lenet5"}],
       "nodes": [{"name": "d", "tier": "device", "profile": "phone"}, {"name": "c", "tier": "cloud", "profile": "nvidia-t4"}],
       "links": [{"name": "l", "from": "d", "to": "c", "uplink_mbps": 5, "downlink_mbps": 5, "rtt_ms": 10}],
       "workload": [{"source": "d", "model": "lenet5", "arrivals": {"kind": "poisson", "rate_per_s": 1}}],
       "policies": ["local", "cloud"], "execution": {"mode": "none"}}
      """
    try Data(scenario.utf8).write(to: URL(fileURLWithPath: folder + "/case.json"))
    let system = try ScenarioSystem(
      try Scenario.load(folder + "/case.json", zoo: Zoo.descriptions.map(\.name)))
    let writer = try ResultsWriter(creating: folder + "/case.db")
    _ = try Experiment(system, toolVersion: "fuzz").run(
      into: writer, jobs: 1, shouldStop: { false }, progress: { _ in })
    try writer.close()
    let seed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/case.db")))
    return Prepared(
      makeCase: { random in
        var bytes = seed
        for _ in 0...random.below(8) {
          // The header and the schema's page decide most.
          let place = random.chance(40) ? random.below(4096) : random.below(bytes.count)
          guard place < bytes.count else { continue }
          if random.chance(10) {
            ByteMutation.apply(to: &bytes, &random)
          } else {
            bytes[place] = UInt8(random.below(256))
          }
        }
        return bytes
      },
      accepts: { bytes in
        do {
          _ = try Comparison(of: [try TemporaryFile.with(bytes)], baseline: nil, metrics: [])
          return true
        } catch is InputError { return false }
      })
  }
}
