import Inference
import ModelZoo
import ONNX
import RandomStreams

extension FuzzTarget {
  /// Damaged ONNX files: read, costed, written again, cut in two, and executed where they are small.
  static let model = FuzzTarget(name: "model") {
    var seeds: [WireTree] = []
    for name in ["lenet5", "ds_cnn", "resnet8"] {
      let bytes = try ONNXWriter.encode(try Zoo.build(name, withWeights: false))
      if let tree = WireTree(bytes[...], .model) { seeds.append(tree) }
    }
    var random = FuzzTarget.stream(seed: 0, target: "corpus", number: 0)
    let soup = try OperatorSoup()
    for _ in 0..<400 { if let tree = WireTree(soup.makeCase(&random)[...], .model) { seeds.append(tree) } }
    // Small ones are worth more: a change of them is more likely to matter.
    let mutation = WireMutation(seeds: seeds, words: soup.words.map { Array($0.utf8) })
    return Prepared(makeCase: { mutation.makeCase(&$0) }, accepts: { try ModelCase.accepts($0) })
  }

  /// One-operator networks of random inputs and attributes: read and executed.
  static let operators = FuzzTarget(name: "operators") {
    let soup = try OperatorSoup()
    return Prepared(makeCase: { soup.makeCase(&$0) }, accepts: { try ModelCase.accepts($0) })
  }

  /// Damaged tensor files.
  static let tensor = FuzzTarget(name: "tensor") {
    var seeds: [WireTree] = []
    for type in ElementType.allCases {
      for shape in [[], [3], [2, 0, 4], [2, 3, 4]] {
        let bytes = TensorFile.encode(try Tensor.random(type, shape, seed: 1), name: "x")
        if let tree = WireTree(bytes[...], .tensor) { seeds.append(tree) }
      }
    }
    // The typed fields of onnx.proto, packed and one by one.
    for (type, field) in [(1, 4), (6, 5), (2, 5), (7, 7), (11, 10), (13, 11)] {
      var tree = WireTree(.tensor)
      tree.add(1, int: 8)
      tree.add(2, int: type)
      for value in 0..<8 { tree.add(field, int: value) }
      seeds.append(tree)
      tree.fields.removeLast(8)
      tree.add(field, .bytes([UInt8](repeating: 1, count: 8)))
      seeds.append(tree)
    }
    let mutation = WireMutation(seeds: seeds, words: [])
    return Prepared(
      makeCase: { mutation.makeCase(&$0) },
      accepts: { bytes in
        do {
          let (name, tensor) = try TensorFile.decode(bytes, source: "case")
          _ = TensorFile.encode(tensor, name: name)
          return true
        } catch is ModelError { return false }
      })
  }
}

/// What is done with the bytes of a model.
enum ModelCase {
  /// Larger networks are read but not executed.
  private static let maximumBytes = 64 << 20
  private static let maximumMACs = 100_000_000

  static func accepts(_ bytes: [UInt8]) throws -> Bool {
    let isReadable = try read(bytes)
    try export(bytes)
    return isReadable
  }

  private static func read(_ bytes: [UInt8]) throws -> Bool {
    do {
      let graph = try ONNXModel(bytes, name: "case.onnx").graph()
      let layers = graph.layers(fused: true)
      guard graph.macs <= maximumMACs, graph.parameterCount >= 0 else { return true }
      // Sizes that only a run shows are bounded by the machine's memory, as a user wants it.
      let needed = graph.values.reduce(0) { $0 + Double($1.type?.byteCount ?? 0) }
      guard needed <= Double(maximumBytes), !graph.hasUnknownTypes, !layers.isEmpty else { return true }
      _ = try Executor(graph).run(try graph.randomInputs(seed: 1))
      return true
    } catch {
      switch error {
      case is ModelError, is ModelErrors, is UnsupportedOperators, is ShapeError, is ExecutionError: return false
      default: throw error
      }
    }
  }

  private static func export(_ bytes: [UInt8]) throws {
    do {
      let document = try ModelDocument(bytes, name: "case.onnx")
      _ = try document.written().message.serialized()
      let names = document.nodeNames
      if let middle = names.dropFirst(names.count / 2).first { _ = try ModelSplit(document, after: [middle]) }
    } catch is ModelError {} catch is UnknownName {}
  }
}
