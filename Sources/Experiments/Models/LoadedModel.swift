import Foundation
import Inference
import ModelZoo
import ONNX
import Partitioning
import Scenarios
import StrictJSON

/// A network as a scenario or a command line names it, loaded.
public struct LoadedModel: Sendable {
  /// What there is to know of the network.
  public enum Content: Sendable {
    /// Layers of operators, which can be costed and executed.
    case graph(Graph)
    /// Costs alone, which can be simulated.
    case table(CostTable)
  }

  /// Where it comes from, as the results name it.
  public enum Origin: String, Sendable { case zoo, onnx, costs }

  public let name: String
  public let origin: Origin
  public let content: Content
  /// The zoo's name of the network, where it is built in.
  let zooName: String?
  /// The passes that the network has been through; `nil` before any were chosen.
  public private(set) var passes: PassSelection?
  /// What each of these passes did.
  public private(set) var passRecords: [PassPipeline.Record] = []

  init(name: String, origin: Origin, content: Content, zooName: String?) {
    self.name = name
    self.origin = origin
    self.content = content
    self.zooName = zooName
  }

  /// The passes that were left out because they would take in a node that a cut names, in the order of leaving out.
  public private(set) var passesLeftOut: [String] = []

  /// The network after the passes; a cost table stays as it is.
  ///
  /// A pass that takes in a node of one of the names in `cuts` is left out, so that the network can be cut there.
  public func optimized(_ passes: PassSelection = .standard, keeping cuts: [String] = []) -> LoadedModel {
    guard let graph else { return self }
    var (passes, leftOut) = (passes, [String]())
    while true {
      let (optimized, records) = PassPipeline.run(passes, on: graph)
      if let pass = cuts.lazy.compactMap({ optimized.absorbingPass(of: $0) }).first, passes.contains(pass) {
        passes = passes.without(pass)
        leftOut.append(pass)
        continue
      }
      var model = LoadedModel(name: name, origin: origin, content: .graph(optimized), zooName: zooName)
      (model.passes, model.passRecords, model.passesLeftOut) = (passes, records, leftOut)
      return model
    }
  }

  /// What to tell about `passesLeftOut`; `nil` where there are none.
  public var passNote: String? {
    guard !passesLeftOut.isEmpty else { return nil }
    let names = passesLeftOut.joined(separator: ", ")
    return "'\(name.printable)' goes without the passes that take in a node where it is cut: \(names)"
  }

  /// Whether a product and what follows it may be taken as one layer.
  public var fuses: Bool { passes?.fuses ?? true }

  /// What its costs rest on besides the network itself, for the user to know; `nil` where nothing is assumed.
  public private(set) var costNote: String?

  /// The network's operators; `nil` for a cost table.
  public var graph: Graph? {
    if case .graph(let graph) = content { graph } else { nil }
  }

  /// Loads a zoo network by its name, or an ONNX file by its path (a name with a `/` or ending in `.onnx`).
  ///
  /// `withWeights: false` is enough for shapes and costs of a zoo network. `inputShapes` resolves symbolic dimensions of a
  /// file. Throws `InputError` with the nearest name where there is neither.
  public static func find(
    _ name: String, withWeights: Bool = true, seed: UInt64 = 42, inputShapes: [String: [Int]] = [:]
  ) throws(InputError) -> LoadedModel {
    if name.hasSuffix(".onnx") || name.contains("/") {
      return LoadedModel(
        name: name, origin: .onnx, content: .graph(try file(name, inputShapes: inputShapes)), zooName: nil)
    }
    guard inputShapes.isEmpty else {
      throw InputError("'\(name.printable)' is a zoo network, whose shapes are fixed; shapes go with an ONNX file")
    }
    guard Zoo.find(name) != nil else {
      let known = Zoo.descriptions.map(\.name)
      throw InputError(
        "there is no network '\(name.printable)' in the zoo ('offloadsim models' lists it; a file ends in .onnx)",
        suggestion: known.nearest(to: name, within: 4))
    }
    return LoadedModel(
      name: name, origin: .zoo, content: .graph(try zoo(name, withWeights: withWeights, seed: seed)), zooName: name)
  }

  /// Loads a model of a scenario.
  static func load(_ model: Scenario.Model, of scenario: Scenario, withWeights: Bool) throws(InputError) -> LoadedModel
  {
    switch model.source {
    case .zoo(let network):
      let graph = try zoo(network, withWeights: withWeights, seed: scenario.seed)
      return LoadedModel(name: model.name, origin: .zoo, content: .graph(graph), zooName: network)
    case .onnx(let file):
      let graph = try self.file(scenario.path(of: file), inputShapes: [:])
      return LoadedModel(name: model.name, origin: .onnx, content: .graph(graph), zooName: nil)
    case .costs:
      guard let table = model.costTable else { preconditionFailure("a scenario whose files were not read") }
      return LoadedModel(name: model.name, origin: .costs, content: .table(table), zooName: nil)
    }
  }

  private static func zoo(_ name: String, withWeights: Bool, seed: UInt64) throws(InputError) -> Graph {
    do {
      return try Zoo.build(name, seed: seed, withWeights: withWeights)
    } catch { throw InputError("network '\(name)': \(error)") }
  }

  private static func file(_ path: String, inputShapes: [String: [Int]]) throws(InputError) -> Graph {
    do {
      return try ONNXModel.load(path, inputShapes: inputShapes)
    } catch { throw InputError(explaining: error) }
  }

  /// Loads a network for given inputs, whose shapes resolve what the file leaves open.
  public static func find(
    _ name: String, seed: UInt64, inputs: [(name: String, tensor: Tensor)]
  ) throws(InputError) -> LoadedModel {
    guard name.hasSuffix(".onnx") || name.contains("/"), !inputs.isEmpty else { return try find(name, seed: seed) }
    do {
      let model = try ONNXModel(name)
      let shapes = Dictionary(
        zip(model.inputs.map(\.name), inputs.map(\.tensor.shape)), uniquingKeysWith: { first, _ in first })
      return LoadedModel(name: name, origin: .onnx, content: .graph(try model.graph(inputShapes: shapes)), zooName: nil)
    } catch { throw InputError(explaining: error) }
  }

  /// The network with sizes that are known only at run time as one run on seeded inputs has them, for costs.
  ///
  /// `costNote` says so. A network of known sizes is returned as it is. Throws `InputError` where that run fails.
  public func assumingSizes(seed: UInt64) throws(InputError) -> LoadedModel {
    guard let graph else { return self }
    var notes: [String] = []
    var result = self
    if graph.hasUnknownTypes {
      do {
        let types = try Executor(graph, iterationLimit: 100_000).observedTypes(try seededInputs(seed: seed))
        result = LoadedModel(name: name, origin: origin, content: .graph(graph.assuming(types)), zooName: zooName)
        (result.passes, result.passRecords, result.passesLeftOut) = (passes, passRecords, passesLeftOut)
      } catch {
        throw InputError(
          "'\(name.printable)' has sizes that are known only at run time, and a run on inputs of seed \(seed) to learn "
            + "them fails: \(error)")
      }
      notes.append("sizes that are known only at run time are those of one run on inputs of seed \(seed)")
    }
    if graph.hasOpenLoops { notes.append("a Loop without a constant bound is counted as one iteration") }
    if result.graph?.hasChangingLoops ?? false {
      notes.append("iterations of a Loop whose sizes change count as the first")
    }
    result.costNote = notes.isEmpty ? nil : "'\(name.printable)': " + notes.joined(separator: "; ")
    return result
  }

  /// Inputs drawn from a seed: token ids below the vocabulary, images and features from the standard normal.
  public func seededInputs(seed: UInt64) throws -> [Tensor] {
    guard let graph else { return [] }
    if let network = zooName.flatMap(Zoo.find) { return [network.sampleInput(seed: seed)] }
    return try graph.inputs.map { id in
      guard let type = graph[id].type else {
        throw InputError("the shape of input '\(graph[id].name.printable)' is not known")
      }
      do {
        return try Tensor.random(type.elementType, type.shape, seed: seed, name: graph[id].name)
      } catch { throw InputError("input '\(graph[id].name.printable)' of '\(name.printable)': \(error)") }
    }
  }
}

extension InputError {
  /// A mistake in a model file, or whatever else its reading threw.
  public init(explaining error: any Error) {
    if let error = error as? ModelError {
      self.init("'\(error.file.printable)': \(error.message)")
    } else if error is UnsupportedOperators || error is ModelErrors {
      self.init(
        "\(error)".split(separator: "\n").map { line in
          Diagnostic(line.replacingOccurrences(of: ": error: ", with: ": "))
        })
    } else {
      self.init("\(error)")
    }
  }
}
