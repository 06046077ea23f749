import Foundation
import Partitioning
import RandomStreams
import StrictJSON
import Testing

/// Networks of up to 600 layers with times of two processors, from ../shared/profiles.
struct PublishedProfileTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "../shared/profiles").standardized
  static let isPresent = FileManager.default.fileExists(atPath: folder.path)
  static let names = [
    "msr_bert24_layers_inference", "msr_gnmt_layers_inference", "msr_inceptionv3_layers_inference",
    "msr_resnet50_layers_inference", "msr_resnet50_operators_inference",
  ]

  private func problem(_ name: String, mbps: Double) throws -> PlacementProblem {
    let path = Self.folder.appending(path: name + ".json").path
    let root = try JSONParser.parse(contentsOf: path).json
    func elements(_ key: String) -> [JSONValue] { if case .array(let all)? = root[key] { all } else { [] } }
    func number(_ value: JSONValue?) -> Double { if case .number(let number)? = value { number.value } else { 0 } }
    var rows: [Int: (device: Double, cloud: Double, inputs: [Int], bytes: Double)] = [:]
    for node in elements("nodes") {
      rows[Int(number(node["id"]))] = (number(node["cpuLatency"]), number(node["fpgaLatency"]), [], 4)
    }
    for edge in elements("edges") {
      let (source, target) = (Int(number(edge["sourceId"])), Int(number(edge["destId"])))
      rows[target]?.inputs.append(source)
      let known = rows[source]?.bytes ?? 0
      rows[source]?.bytes = max(known, number(edge["size"]))
    }
    let layers: [JSONValue] = rows.sorted { $0.key < $1.key }.map { id, row in
      [
        "name": .string("n\(id)"), "inputs": .array(row.inputs.map { .string("n\($0)") }),
        "output_bytes": .number(Int(row.bytes)), "ms": ["device": .number(row.device), "cloud": .number(row.cloud)],
      ]
    }
    let file: JSONValue = ["offloadsim_costs": 1, "tiers": ["device", "cloud"], "layers": .array(layers)]
    let table = try CostTable(JSONParser.parse(file.compact, file: name), name: name)
    return table.problem(hops: [.init(uplinkMbps: mbps, roundTripMilliseconds: 1)])
  }

  @Test(.enabled(if: isPresent, "needs ../shared/profiles"), arguments: names)
  func minimumCutIsNeverBeaten(name: String) throws {
    for mbps in [1e2, 1e4, 1e5, 1e6] {
      let problem = try problem(name, mbps: mbps)
      var random = RandomStream(seed: 1, entity: "test", purpose: "policy")
      func latency(_ spec: String) throws -> Int64 {
        let placement = try PolicyRegistry.policy(spec: spec).placement(for: problem, using: &random)
        return problem.cost(of: placement).latencyNanoseconds
      }
      let (oneWay, twoWay) = (try latency("mincut,crossings=one-way"), try latency("mincut"))
      #expect(twoWay <= oneWay)
      for other in ["local", "cloud", "neurosurgeon"] { #expect(oneWay <= (try latency(other))) }
      // Every nested set of layers, where there are few enough of them to try.
      if let tried = Optimum(tryingAllOf: problem, .latency, .oneWay, upTo: 20_000) {
        #expect(oneWay == tried.cost.latencyNanoseconds)
      }
    }
  }
}
