import Inference

/// Gives every open dimension of a model's inputs a size.
struct InputShapes {
  private let model: ONNXModel
  private var sizes: [String: (size: Int, input: String)] = [:]

  init(_ model: ONNXModel) { self.model = model }

  /// The shapes of the inputs in order: those that are given, and the declared ones with equal names of equal size.
  ///
  /// Throws one `ModelError` that names everything still open.
  mutating func resolve(_ given: [String: [Int]]) throws -> [[Int]] {
    for name in given.keys.sorted() where !model.inputs.contains(where: { $0.name == name }) {
      let names = model.inputs.map { $0.name.quoted }.joined(separator: ", ")
      throw failure("the model has no input \(name.quoted); it has \(names)")
    }
    for input in model.inputs { if let shape = given[input.name] { try bind(shape, to: input) } }
    for input in model.inputs where given[input.name] == nil { bindBatch(of: input) }
    var open: [String] = []
    let shapes = model.inputs.map { input in
      given[input.name] ?? declaredShape(of: input, open: &open)
    }
    guard open.isEmpty else {
      throw failure(
        "the model leaves open \(open.joined(separator: ", ")); say --shape NAME=1,2,3 (infer, models, plan), or"
          + " give an --input FILE.pb with a tensor of the shape you want for every input")
    }
    for (input, shape) in zip(model.inputs, shapes) {
      _ = try elementCount(shape, input.elementType) { failure("input \(input.name.quoted): \($0)") }
    }
    return shapes
  }

  private mutating func bind(_ shape: [Int], to input: ONNXModel.Input) throws {
    guard let dimensions = input.dimensions else { return }
    guard shape.count == dimensions.count else {
      throw failure(
        "input \(input.name.quoted) has \(dimensions.count) dimensions \(description(of: dimensions)), but \(shape) is given"
      )
    }
    for (size, dimension) in zip(shape, dimensions) {
      switch dimension {
      case .unknown: break
      case .fixed(let wanted):
        guard size == wanted else {
          throw failure(
            "input \(input.name.quoted) has the shape \(description(of: dimensions)), but \(shape) is given")
        }
      case .symbol(let symbol):
        if let bound = sizes[symbol], bound.size != size {
          throw failure(
            "\(symbol.quoted) is \(bound.size) in input \(bound.input.quoted) but \(size) in \(input.name.quoted)")
        }
        sizes[symbol] = (size, input.name)
      }
    }
  }

  /// What stands for the number of samples is 1 where nothing else is asked for.
  private mutating func bindBatch(of input: ONNXModel.Input) {
    for (axis, dimension) in (input.dimensions ?? []).enumerated() {
      guard case .symbol(let symbol) = dimension, sizes[symbol] == nil else { continue }
      if axis == 0 || Self.isBatch(symbol) { sizes[symbol] = (1, input.name) }
    }
  }

  private func declaredShape(of input: ONNXModel.Input, open: inout [String]) -> [Int] {
    guard let dimensions = input.dimensions else {
      open.append("the shape of input \(input.name.quoted)")
      return []
    }
    return dimensions.enumerated().map { axis, dimension in
      switch dimension {
      case .fixed(let size): return size
      case .unknown where axis == 0: return 1
      case .symbol(let symbol):
        if let bound = sizes[symbol] { return bound.size }
        open.append("dimension \(axis) (\(symbol.quoted)) of input \(input.name.quoted)")
        return 1
      case .unknown:
        open.append("dimension \(axis) of input \(input.name.quoted)")
        return 1
      }
    }
  }

  private static func isBatch(_ symbol: String) -> Bool {
    let name = symbol.lowercased()
    return ["n", "b", "bs"].contains(name) || name.contains("batch")
  }

  private func description(of dimensions: [ONNXModel.Dimension]) -> String {
    let sizes = dimensions.map { dimension in
      switch dimension {
      case .fixed(let size): "\(size)"
      case .symbol(let symbol): symbol
      case .unknown: "?"
      }
    }
    return "[\(sizes.joined(separator: ", "))]"
  }

  private func failure(_ message: String) -> ModelError { ModelError(file: model.file, message) }
}
