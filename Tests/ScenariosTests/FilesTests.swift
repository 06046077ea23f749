import Foundation
import Scenarios
import StrictJSON
import Testing

/// Scenarios in a folder of their own, with the files that they name.
struct FilesTests {
  private let folder: URL

  init() {
    folder = URL(filePath: NSTemporaryDirectory()).appending(path: "offloadsim-\(UUID().uuidString)")
  }

  private func load(_ text: String, _ files: [String: String] = [:]) throws -> Scenario {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, content) in files.merging(["s.json": text], uniquingKeysWith: { $1 }) {
      try Data(content.utf8).write(to: folder.appending(path: name))
    }
    return try Scenario.load(folder.path + "/s.json", zoo: ["lenet5", "resnet50"])
  }

  private func mistakes(_ text: String, _ files: [String: String] = [:]) -> String {
    do {
      _ = try load(text, files)
      return ""
    } catch { return "\(error)".replacing(folder.path + "/", with: "") }
  }

  private static let profile = """
    {"offloadsim_profile": 1, "name": "p", "source": "estimate", "memory_bytes": 1e9,
     "classes": {"memory": {"gbytes_per_s": 4, "overhead_us": 5}}, "power_w": {"idle": 1, "busy": 2}}
    """
  private static let costs = """
    {"offloadsim_costs": 1, "tiers": ["device", "cloud"], "layers": [
      {"name": "in", "inputs": [], "output_bytes": 100, "pinned": "device"},
      {"name": "fc", "inputs": ["in"], "output_bytes": 4, "ms": {"device": 20, "cloud": 2}}]}
    """
  private static let profiled = Samples.smallest.replacing(#""tier""#, with: #""profile": "p.json", "tier""#)
  private static let tabled = Samples.smallest(#"{"name": "lenet5"}"#, #"{"name": "lenet5", "costs": "c.json"}"#)

  @Test func readsProfilesCostTablesAndTraces() throws {
    let scenario = try load(Self.profiled, ["p.json": Self.profile])
    #expect(scenario.nodes.allSatisfy { $0.profile != nil })
    let traced = Self.tabled.replacing(
      #"{"kind": "poisson", "rate_per_s": 2}"#, with: #"{"kind": "trace", "file": "t.txt"}"#)
    let second = try load(traced, ["c.json": Self.costs, "t.txt": "# seconds\n0.5\n 1e0 \n\n2.25 # late\r\n"])
    #expect(second.models[0].costTable?.tiers == ["device", "cloud"])
    #expect(second.workload[0].arrivals == .trace(nanoseconds: [500_000_000, 1_000_000_000, 2_250_000_000]))
  }

  @Test func refusesFilesThatAreMissing() {
    #expect(
      mistakes(Self.tabled) == "s.json:3:42: error: cannot read 'c.json': No such file or directory")
    let network = Samples.smallest(#"{"name": "lenet5"}"#, #"{"name": "m", "file": "m.onnx"}"#)
      .replacing(#""model": "lenet5""#, with: #""model": "m""#)
    #expect(
      mistakes(network.replacing(#""tier""#, with: #""profile": "p.json", "tier""#), ["p.json": Self.profile])
        == "s.json:3:36: error: cannot read 'm.onnx': No such file or directory")
    #expect(
      mistakes(Self.profiled) == """
        s.json:4:42: error: cannot read 'p.json': No such file or directory
        s.json:4:100: error: cannot read 'p.json': No such file or directory
        """)
  }

  @Test func refusesUnknownNetworksAndProfiles() {
    let text = Self.profiled.replacing("lenet5", with: "lenet")
    #expect(
      mistakes(text, ["p.json": Self.profile])
        == "s.json:3:23: error: the zoo has no network 'lenet'; did you mean 'lenet5'?")
    let profile = Samples.smallest.replacing(#""tier""#, with: #""profile": "raspbery-pi-4", "tier""#)
    #expect(
      mistakes(profile).hasPrefix("s.json:4:42: error: there is no built-in profile 'raspbery-pi-4'; did you mean"))
  }

  @Test func refusesNodesWithoutComputeTimes() {
    #expect(
      mistakes(Samples.smallest) == """
        s.json:4:22: error: node 'phone' needs a 'profile' to compute 'lenet5'
        s.json:4:59: error: node 'cloud' needs a 'profile' to compute 'lenet5'
        """)
    let edge = Self.tabled.replacing(#""tier": "cloud""#, with: #""tier": "edge""#)
    #expect(
      mistakes(edge, ["c.json": Self.costs])
        == "s.json:6:45: error: the cost table of 'lenet5' has no tier 'edge' for node 'cloud' (it has device, cloud)")
    let pinned = Self.costs.replacing(#""name": "fc","#, with: #""name": "fc", "pinned": "edge","#)
      .replacing(#"["device", "cloud"]"#, with: #"["device", "edge", "cloud"]"#)
      .replacing(#""cloud": 2"#, with: #""cloud": 2, "edge": 3"#)
    #expect(
      mistakes(Self.tabled, ["c.json": pinned])
        == "s.json:6:45: error: layer 'fc' of 'lenet5' is pinned to edge, which is not on the way from 'phone'")
  }

  @Test func refusesBrokenTracesWithEveryLine() {
    let traced = Self.tabled.replacing(
      #"{"kind": "poisson", "rate_per_s": 2}"#, with: #"{"kind": "trace", "file": "t.txt"}"#)
    #expect(
      mistakes(traced, ["c.json": Self.costs, "t.txt": "1\nx\n0.5\n-1\n1e999\n"]) == """
        t.txt:2:1: error: 'x' is not a time in seconds
        t.txt:3:1: error: times must ascend
        t.txt:4:1: error: '-1' is not a time in seconds
        t.txt:5:1: error: '1e999' is not a time in seconds
        """)
    #expect(
      mistakes(traced, ["c.json": Self.costs, "t.txt": "\n"])
        == "s.json:6:93: error: the trace 't.txt' has no times")
  }
}
