import ArgumentParser
import Experiments
import Foundation
import Inference
import ONNX
import StrictJSON

/// `offloadsim infer`: really execute a network, whole or in two partitions.
struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Executes a network, whole or cut in two partitions that share nothing but the boundary tensors.")

  @Argument(help: "A zoo network or an ONNX file.", completion: .file(extensions: ["onnx"]))
  var model: String

  @Option(
    name: .customLong("input"), parsing: .singleValue,
    help: ArgumentHelp("A serialised TensorProto per input of the network, in order.", valueName: "file.pb"))
  var inputs: [String] = []

  @OptionGroup var shapes: ShapeOptions

  @Option(help: ArgumentHelp("Where output_0.pb, output_1.pb, ... are written.", valueName: "dir"))
  var outputDir: String?

  @Option(help: ArgumentHelp("Cut after this node, value or module; it and all it needs run apart.", valueName: "node"))
  var cut: String?

  @Option(
    help: ArgumentHelp(
      "How the tensors of the cut cross: fp32, fp16, int8, int8-channel, int4 or int4-channel, each alone or with +runs or "
        + "+zlib; the outputs are those of the coded tensors. all: compares every codec.", valueName: "codec"))
  var codec: String?

  @Option(help: "How many seeded inputs a codec is judged by.")
  var calibration = 16

  @Option(help: "How many threads a kernel may use; results do not depend on it.")
  var threads = 1

  @Option(help: "Of the weights of a zoo network, and of inputs that are not given.")
  var seed = 42

  @OptionGroup var passes: PassOption

  func validate() throws {
    guard (1...256).contains(threads) else { throw ValidationError("--threads is between 1 and 256") }
    if !inputs.isEmpty, !shapes.isEmpty { throw ValidationError("--input has a shape already; leave --shape out") }
    if codec != nil, cut == nil { throw ValidationError("--codec is how the tensors of a --cut cross") }
    guard (1...100_000).contains(calibration) else { throw ValidationError("--calibration is between 1 and 100000") }
    guard seed >= 0 else { throw ValidationError("--seed is 0 or more") }
  }

  func run() throws {
    let given = try inputs.map { path in
      do { return try TensorFile.read(path) } catch { throw InputError(explaining: error) }
    }
    let found =
      given.isEmpty
      ? try LoadedModel.find(model, seed: UInt64(seed), inputShapes: shapes.byName())
      : try LoadedModel.find(model, seed: UInt64(seed), inputs: given)
    let selection = try passes.selection ?? .standard
    let loaded = found.optimized(selection, keeping: cut.map { [$0] } ?? [])
    if let note = loaded.passNote { Console.error("note: \(note)") }
    guard let graph = loaded.graph else { return }
    let tensors = given.isEmpty ? try loaded.seededInputs(seed: UInt64(seed)) : given.map(\.tensor)
    guard tensors.count == graph.inputs.count else {
      let names = graph.inputs.map { "'\(graph[$0].name.printable)'" }.joined(separator: ", ")
      throw InputError(
        "'\(model.printable)' takes \(graph.inputs.count) inputs (\(names)), but --input was given \(tensors.count) times"
      )
    }
    if let outputDir {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: outputDir, isDirectory: &isFolder), isFolder.boolValue else {
        throw InputError("'\(outputDir.printable)' is not a folder; make it first")
      }
    }
    let codecs = try chosenCodecs()
    if let cut, !codecs.isEmpty { try judge(codecs, cut, loaded, graph) }
    let outputs = try execute(graph, tensors, fuse: loaded.fuses, codec: codecs.count == 1 ? codecs[0] : nil)
    for (index, output) in outputs.enumerated() {
      let name = graph[graph.outputs[index]].name
      if let outputDir {
        do {
          try TensorFile.write(output, name: name, to: "\(outputDir)/output_\(index).pb")
        } catch { throw InputError(explaining: error) }
      }
      Console.print(
        "output_\(index) \(name.printable): \(output.elementType) \(output.shape)" + (summary(of: output) ?? ""))
    }
  }

  private func chosenCodecs() throws -> [TensorCodec] {
    guard let codec else { return [] }
    if codec == "all" { return TensorCodec.allNames.compactMap { TensorCodec(named: $0) } }
    guard let found = TensorCodec(named: codec) else {
      throw InputError(
        "--codec: unknown codec '\(codec.printable)'", suggestion: (TensorCodec.allNames + ["all"]).nearest(to: codec))
    }
    return [found]
  }

  /// Prints what each codec costs and loses over the calibration set.
  private func judge(_ codecs: [TensorCodec], _ cut: String, _ loaded: LoadedModel, _ graph: Graph) throws {
    do {
      let split = try PartitionedExecutor(graph, cutAfter: cut, threads: threads, fuse: loaded.fuses)
      let whole = try Executor(graph, threads: threads, fuse: loaded.fuses)
      let inputs = try (0..<calibration).map { try loaded.seededInputs(seed: UInt64(seed) &+ UInt64($0)) }
      var table = TextTable(["codec", "bytes", "encode ms", "decode ms", "SNR dB", "top-1 agreement"])
      for quality in try CodecQuality.measure(codecs, in: split, whole: whole, inputs: inputs) {
        table.add([
          .text(quality.codec.description), .count(Int(quality.bytes.rounded())), .number(quality.encodeMilliseconds),
          .number(quality.decodeMilliseconds),
          quality.signalToNoise.isFinite ? .number(quality.signalToNoise) : .text("exact"),
          .text(String(format: "%.1f %%", 100 * quality.agreement)),
        ])
      }
      Console.error(table.rendered(.text))
    } catch let error as UnknownName {
      throw InputError("--cut: \(error)")
    } catch let error as AbsorbedName {
      throw InputError("--cut: \(error)")
    } catch let error as ExecutionError {
      throw InputError("'\(model.printable)': \(error)")
    }
  }

  private func execute(
    _ graph: Graph, _ inputs: [Tensor], fuse: Bool, codec: TensorCodec?
  ) throws -> [Tensor] {
    do {
      guard let cut else { return try Executor(graph, threads: threads, fuse: fuse).run(inputs) }
      let split = try PartitionedExecutor(graph, cutAfter: cut, threads: threads, fuse: fuse)
      if let codec { return try split.run(inputs, codec: codec).outputs }
      let (outputs, records) = try split.run(inputs)
      for (index, (partition, record)) in zip(split.partitions, records).enumerated() {
        Console.error(
          "partition \(index): \(partition.layers.count) layers, received \(record.receivedBytes) bytes, "
            + String(format: "%.3f ms", Double(record.nanoseconds) / 1e6))
      }
      return outputs
    } catch let error as UnknownName {
      throw InputError("--cut: \(error)")
    } catch let error as AbsorbedName {
      throw InputError("--cut: \(error)")
    } catch let error as ShapeError {
      throw InputError("'\(model.printable)': \(error)")
    } catch let error as ExecutionError {
      throw InputError("'\(model.printable)': \(error)")
    }
  }

  private func summary(of tensor: Tensor) -> String? {
    guard tensor.elementType == .float32, tensor.elementCount > 0 else { return nil }
    let elements = tensor.elements(as: Float.self)
    let (low, high) = (elements.min() ?? 0, elements.max() ?? 0)
    let mean = elements.reduce(0) { $0 + Double($1) } / Double(elements.count)
    return String(format: ", min %.4g, mean %.4g, max %.4g", Double(low), mean, Double(high))
  }
}
