import Partitioning
import StrictJSON
import Testing

struct CostTableTests {
  static let example = """
    {"offloadsim_costs": 1, "tiers": ["device", "cloud"],
     "power_w": {"device": {"busy": 2, "idle": 0.3, "tx": 1, "rx": 1}},
     "layers": [
       {"name": "fc", "inputs": ["conv1"], "output_bytes": 4000, "ms": {"device": 20, "cloud": 2},
        "batch_ms": {"cloud": {"fixed": 1.5, "per_item": 0.5}}},
       {"name": "input", "inputs": [], "output_bytes": 600000, "pinned": "device"},
       {"name": "conv1", "inputs": ["input"], "output_bytes": 800000, "ms": {"device": 10, "cloud": 1}}]}
    """

  private func table(_ text: String) throws(InputError) -> CostTable {
    try CostTable(JSONParser.parse(text, file: "t.json"), name: "t")
  }

  @Test func ordersLayersAfterWhatTheyRead() throws {
    let table = try table(Self.example)
    #expect(table.graph.layers.map(\.name) == ["input", "conv1", "fc"])
    #expect(table.graph.layers[0].isInput)
    #expect(table.graph.layers[0].pinnedTier == "device")
    #expect(table.graph.tensors.map(\.isResult) == [false, false, true])
    #expect(table.computeNanoseconds == [[0, 10_000_000, 20_000_000], [0, 1_000_000, 2_000_000]])
    #expect(table.batchTimes[1][2] == CostTable.BatchTime(fixedNanoseconds: 1_500_000, perItemNanoseconds: 500_000))
    #expect(table.batchTimes[0][2] == nil)
  }

  @Test func keepsTheOrderOfTheFileWhereItCan() throws {
    let rows = ["d": "b", "b": "a", "c": "a"].sorted { $0.key < $1.key }
      .map { #"{"name": "\#($0.key)", "inputs": ["\#($0.value)"], "output_bytes": 1, "ms": {"x": 1}}"# }
    let text = """
      {"offloadsim_costs": 1, "tiers": ["x"], "layers": [
        {"name": "a", "output_bytes": 1}, \(rows.joined(separator: ", "))]}
      """
    #expect(try table(text).graph.layers.map(\.name) == ["a", "b", "c", "d"])
  }

  /// A layer without inputs but with times computes, on the device unless it is pinned elsewhere.
  @Test func layersWithoutInputsMayCompute() throws {
    let table = try table(
      """
      {"offloadsim_costs": 1, "tiers": ["x", "y"], "layers": [
        {"name": "a", "output_bytes": 1, "ms": {"x": 3}},
        {"name": "b", "output_bytes": 1, "ms": {"y": 4}, "pinned": "y"}]}
      """)
    #expect(table.graph.layers.map(\.isInput) == [false, false])
    let problem = table.problem(hops: [PlacementProblem.Hop(uplinkMbps: 1)])
    #expect(problem.placement(everythingOn: 1).tiers == [0, 1])
    #expect(problem.cost(of: problem.placement(everythingOn: 0)).latencyNanoseconds == 7_000_000)
  }

  @Test(arguments: [
    (#""inputs": ["b"]"#, #""inputs": ["a"]"#, "cycle"),
    (#""inputs": ["zz"]"#, #""inputs": ["a"]"#, "'zz', which does not exist"),
    (#""inputs": ["x"], "pinned": "clod""#, #""inputs": ["a"]"#, "did you mean 'cloud'"),
    (#""inputs": ["x"], "name": "b""#, #""inputs": ["x"]"#, "duplicate"),
    (#""inputs": ["x"], "ms": {"device": 1}"#, #""inputs": ["a"]"#, "no 'ms' for tier 'cloud'"),
    (#""inputs": ["x"], "ms": {"device": -1, "cloud": 1}"#, #""inputs": ["a"]"#, "must be a number between 0 and"),
    (#""inputs": ["x"], "ms": {"device": 1e999, "cloud": 1}"#, #""inputs": ["a"]"#, "t.json"),
    (#""inputs": ["x"], "output_bytes": -4"#, #""inputs": ["a"]"#, "output_bytes"),
    (#""inputs": ["x"], "ms": null"#, #""inputs": ["a"]"#, "ms"),
  ])
  func reportsMistakesWithTheirPlace(a: String, b: String, expected: String) throws {
    func row(_ name: String, _ fields: String) -> String {
      var parts = [fields]
      if !fields.contains("\"name\"") { parts.append("\"name\": \"\(name)\"") }
      if !fields.contains("output_bytes") { parts.append("\"output_bytes\": 1") }
      if !fields.contains("\"ms\"") { parts.append("\"ms\": {\"device\": 1, \"cloud\": 1}") }
      return "{" + parts.joined(separator: ", ") + "}"
    }
    let text = """
      {"offloadsim_costs": 1, "tiers": ["device", "cloud"], "layers": [
      {"name": "x", "output_bytes": 1},
      \(row("a", a)),
      \(row("b", b))]}
      """
    let error = try #require(throws: InputError.self) { try table(text) }
    #expect(error.description.contains(expected))
    #expect(error.description.contains("t.json:"))
  }

  @Test func reportsLayersThatNeitherComputeNorAreInputs() throws {
    let text = """
      {"offloadsim_costs": 1, "tiers": ["d"], "layers": [
        {"name": "a", "output_bytes": 1}, {"name": "b", "inputs": ["a"], "output_bytes": 1}]}
      """
    let error = try #require(throws: InputError.self) { try table(text) }
    #expect(error.description.contains("t.json:2:"))
    #expect(error.description.contains("no 'ms'"))
  }

  @Test func reportsANetworkWithoutInputs() throws {
    let text = """
      {"offloadsim_costs": 1, "tiers": ["d"], "layers": [
        {"name": "a", "inputs": ["a"], "output_bytes": 1, "ms": {"d": 1}}]}
      """
    let error = try #require(throws: InputError.self) { try table(text) }
    #expect(error.description.contains("no layer is an input"))
  }

  @Test func followsDeepChainsWithoutRecursion() throws {
    let count = 20_000
    let rows = (0..<count).reversed().map { index in
      index == 0
        ? #"{"name": "l0", "output_bytes": 1}"#
        : #"{"name": "l\#(index)", "inputs": ["l\#(index - 1)"], "output_bytes": 1, "ms": {"d": 1}}"#
    }
    let text = #"{"offloadsim_costs": 1, "tiers": ["d"], "layers": [\#(rows.joined(separator: ","))]}"#
    #expect(try table(text).graph.layers.last?.name == "l\(count - 1)")
  }
}
