import ArgumentParser
import Experiments
import Inference
import ModelZoo
import StrictJSON

/// `offloadsim models`: the zoo, or one network layer by layer.
struct Models: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    abstract: "Lists the built-in networks, or one network layer by layer.",
    discussion: """
      MACs are multiply-accumulates of convolutions, matrix products and recurrent steps (FLOPs are twice that). Parameters \
      count BatchNormalization's scale and shift, not its statistics. An If counts its larger branch, a Loop its body times \
      its constant bound, or once. Sizes that are known only at run time are those of one run on seeded inputs.
      """)

  @Argument(help: "A zoo network or an ONNX file.", completion: .file(extensions: ["onnx"]))
  var model: String?

  @Flag(help: "List the ONNX operators, opsets and element types that networks may use.")
  var operators = false

  @OptionGroup var shapes: ShapeOptions

  @Option(help: "text or json.")
  var format = Format.text

  @OptionGroup var passes: PassOption

  @OptionGroup var colors: ColorOption

  func run() throws {
    if operators { return SupportedOperators.print(asJSON: format == .json) }
    guard let model else { return try list() }
    let given = try LoadedModel.find(model, withWeights: false, inputShapes: shapes.byName())
    guard let selection = try passes.selection else { return try describeWithSizes(given) }
    let optimized = given.optimized(selection)
    try describeWithSizes(optimized)
    guard format == .text, let before = given.graph, let after = optimized.graph else { return }
    var table = TextTable(["pass", "nodes removed", "changes"])
    for record in optimized.passRecords {
      table.add([.text(record.pass), .count(record.removedNodes), .count(record.changes)])
    }
    Console.print("")
    Console.print(table.rendered(.text, colored: colors.color.applies()))
    Console.print("\(before.nodes.count) nodes before the passes, \(after.nodes.count) after")
  }

  private func describeWithSizes(_ loaded: LoadedModel) throws {
    do { try describe(try loaded.assumingSizes(seed: 42)) } catch let error as InputError {
      // A file that does not run on made-up inputs can still be described.
      Console.error("note: \(error.description); unknown sizes count as 0")
      try describe(loaded)
    }
  }

  private func list() throws {
    let entries = try Zoo.descriptions.map { ($0, try Zoo.build($0.name, withWeights: false)) }
    switch format {
    case .text:
      var table = TextTable(["name", "network", "input", "MMACs", "parameters", "source"])
      for (network, graph) in entries {
        table.add([
          .text(network.name, style: .bold), .text(network.title),
          .text(network.inputShape.map(String.init).joined(separator: "×")), .number(Double(graph.macs) / 1e6),
          .count(graph.parameterCount), .text(network.citation, style: .dim),
        ])
      }
      Console.print(table.rendered(.text, colored: colors.color.applies()))
    case .json:
      Console.print(
        JSONValue.array(
          entries.map { network, graph in
            .object([
              .init("name", .string(network.name)), .init("title", .string(network.title)),
              .init("input_shape", .array(network.inputShape.map { .number($0) })),
              .init("macs", .number(graph.macs)), .init("parameters", .number(graph.parameterCount)),
              .init("source", .string(network.citation)),
            ])
          }
        ).pretty)
    }
  }

  private func describe(_ model: LoadedModel) throws {
    guard let graph = model.graph else { return }
    if let note = model.costNote { Console.error("note: \(note)") }
    let layers = graph.layers(fused: false)
    switch format {
    case .text:
      var table = TextTable(["layer", "operator", "output", "MMACs", "parameters", "output bytes"])
      for layer in layers {
        table.add([
          .text(layer.name), .text(graph.nodes[layer.mainNode].operatorName),
          .text(shape(of: layer, in: graph).map { $0.map(String.init).joined(separator: "×") } ?? "at run time"),
          .number(Double(layer.macs) / 1e6), .count(layer.parameters), .count(layer.outputBytes),
        ])
      }
      Console.print(table.rendered(.text, colored: colors.color.applies()))
      Console.print("\(model.name): \(layers.count) layers, \(graph.macs) MACs, \(graph.parameterCount) parameters")
    case .json:
      let rows = layers.map { layer in
        JSONValue.object([
          .init("name", .string(layer.name)),
          .init("operator", .string(graph.nodes[layer.mainNode].operatorName)),
          .init("output_shape", shape(of: layer, in: graph).map { .array($0.map { .number($0) }) } ?? .null),
          .init("macs", .number(layer.macs)), .init("parameters", .number(layer.parameters)),
          .init("output_bytes", .number(layer.outputBytes)),
        ])
      }
      let members: [JSONValue.Member] = [
        .init("name", .string(model.name)), .init("macs", .number(graph.macs)),
        .init("parameters", .number(graph.parameterCount)), .init("layers", .array(rows)),
      ]
      Console.print(JSONValue.object(members + passMembers(of: model)).pretty)
    }
  }

  /// What each pass did, where passes were asked for.
  private func passMembers(of model: LoadedModel) -> [JSONValue.Member] {
    guard model.passes != nil else { return [] }
    let rows = model.passRecords.map { record in
      JSONValue.object([
        .init("pass", .string(record.pass)), .init("removed_nodes", .number(record.removedNodes)),
        .init("changes", .number(record.changes)),
      ])
    }
    return [.init("passes", .array(rows))]
  }

  private func shape(of layer: LayerGroup, in graph: Graph) -> [Int]? {
    layer.outputs.first.flatMap { graph.costType(of: $0)?.shape }
  }
}
