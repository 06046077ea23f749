import Inference

/// The types of values that cross a cut, from the file where it declares them, else inferred by the engine.
///
/// Sizes that the file leaves open stay open: inference is done again with another size for each of them, and what
/// changes with it is called after it.
struct CrossingTypes {
  private let file: String
  private var declared: [String: ModelDocument.Declared] = [:]
  private var inferred: [String: Inferred] = [:]
  /// Why nothing could be inferred.
  private var reason: String?

  private struct Inferred {
    let elementType: ElementType
    var dimensions: [ONNXModel.Dimension]?
    let byteCount: Int?
  }

  init(_ document: ModelDocument, _ names: [String]) {
    file = document.file
    let wanted = Set(names)
    for value in document.declared + document.outputs where wanted.contains(value.name) && value.info.elementType != 0 {
      if declared[value.name]?.info.dimensions == nil { declared[value.name] = value }
    }
    do { try infer(document, wanted) } catch { reason = "\(error)" }
  }

  /// The `ValueInfoProto`.
  ///
  /// Throws `ModelError` where the type is neither declared nor can be inferred.
  func message(for name: String) throws -> WireMessage {
    if let value = declared[name], value.info.dimensions != nil { return WireMessage(fieldsOf: value.body) }
    if let type = inferred[name] {
      return WireMessage(valueNamed: name, elementType: type.elementType, dimensions: type.dimensions)
    }
    if let value = declared[name] { return WireMessage(fieldsOf: value.body) }
    throw ModelError(
      file: file,
      "the file does not declare the type of \(name.quoted), which crosses the cut, and it cannot be inferred"
        + (reason.map { ": \($0)" } ?? ""))
  }

  /// What is known of the value.
  func crossing(named name: String) -> ModelSplit.Crossing {
    let info = declared[name]?.info
    let type = inferred[name]
    let elementType = type?.elementType ?? info.flatMap { ElementType(rawValue: $0.elementType) }
    let dimensions = info?.dimensions ?? type?.dimensions
    var byteCount = type?.byteCount
    if byteCount == nil, let elementType, let sizes = dimensions?.map(\.size), !sizes.contains(nil) {
      byteCount = (try? elementCount(sizes.compactMap { $0 }, elementType) { ModelError(file: file, $0) })
        .map { $0 * elementType.byteCount }
    }
    return ModelSplit.Crossing(name: name, elementType: elementType, dimensions: dimensions, byteCount: byteCount)
  }

  private mutating func infer(_ document: ModelDocument, _ wanted: Set<String>) throws {
    let model = try ONNXModel(document.source)
    let graph = try model.graph()
    let shapes = Dictionary(
      zip(model.inputs, graph.inputs).map { ($0.name, graph[$1].type?.shape ?? []) }, uniquingKeysWith: { $1 })
    for value in graph.values where wanted.contains(value.name) {
      guard let type = value.type else { continue }
      inferred[value.name] = Inferred(
        elementType: type.elementType, dimensions: type.shape.map { .fixed($0) }, byteCount: type.byteCount)
    }
    for open in Self.openSizes(model) { vary(open, shapes, model) }
    try measure(graph, wanted)
  }

  /// An open size of the inputs: its name, or the place of one without.
  private enum OpenSize: Hashable {
    case symbol(String)
    case place(input: String, axis: Int)
  }

  private static func openSizes(_ model: ONNXModel) -> [OpenSize] {
    var seen: Set<OpenSize> = []
    var sizes: [OpenSize] = []
    for input in model.inputs {
      for (axis, dimension) in (input.dimensions ?? []).enumerated() {
        let size: OpenSize
        switch dimension {
        case .fixed: continue
        case .symbol(let name): size = .symbol(name)
        case .unknown: size = .place(input: input.name, axis: axis)
        }
        if seen.insert(size).inserted { sizes.append(size) }
      }
    }
    // A file with more of them is not worth minutes.
    return Array(sizes.prefix(8))
  }

  /// Opens the sizes that are others where `open` is.
  private mutating func vary(_ open: OpenSize, _ shapes: [String: [Int]], _ model: ONNXModel) {
    var changed = shapes
    var (old, new) = (0, 0)
    for input in model.inputs {
      for (axis, dimension) in (input.dimensions ?? []).enumerated() {
        let isOpen =
          switch dimension {
          case .fixed: false
          case .symbol(let name): open == .symbol(name)
          case .unknown: open == .place(input: input.name, axis: axis)
          }
        guard isOpen, let size = shapes[input.name]?[axis] else { continue }
        (old, new) = (size, size + 1)
        changed[input.name]?[axis] = new
      }
    }
    // Where the network works for one size only, that size is right.
    guard let graph = try? model.graph(inputShapes: changed) else { return }
    for value in graph.values {
      guard var type = inferred[value.name], var dimensions = type.dimensions, let shape = value.type?.shape,
        shape.count == dimensions.count
      else { continue }
      for (axis, size) in shape.enumerated() {
        guard case .fixed(let before) = dimensions[axis], before != size else { continue }
        if case .symbol(let name) = open, before == old, size == new {
          dimensions[axis] = .symbol(name)
        } else {
          dimensions[axis] = .unknown
        }
      }
      type.dimensions = dimensions
      inferred[value.name] = type
    }
  }

  /// Runs the network up to values whose types depend on data, to see their element types.
  private mutating func measure(_ graph: Graph, _ wanted: Set<String>) throws {
    let open = graph.values.indices.filter { index in
      wanted.contains(graph.values[index].name) && inferred[graph.values[index].name] == nil
        && declared[graph.values[index].name] == nil
    }
    guard !open.isEmpty else { return }
    let producers = graph.producers()
    var members: Set<Int> = []
    for case let node? in open.map({ producers[$0] }) { members.formUnion(graph.cut(after: node).head) }
    let part = graph.subgraph(of: members.sorted(), name: graph.name)
    let inputs = try part.inputs.map { id in
      guard let type = part[id].type else { throw ExecutionError("the shape of '\(part[id].name)' is not known") }
      return try Tensor.random(type.elementType, type.shape, seed: 0, name: part[id].name)
    }
    let results = try Executor(part).run(inputs)
    for (id, result) in zip(part.outputs, results) where inferred[part[id].name] == nil {
      let dimensions = [ONNXModel.Dimension](repeating: .unknown, count: result.shape.count)
      inferred[part[id].name] = Inferred(elementType: result.elementType, dimensions: dimensions, byteCount: nil)
    }
  }
}

extension ONNXModel.Dimension {
  /// The size, where it is fixed.
  fileprivate var size: Int? {
    if case .fixed(let size) = self { size } else { nil }
  }
}

extension WireMessage {
  /// A `ValueInfoProto` with sizes of which some may be open.
  init(valueNamed name: String, elementType: ElementType, dimensions: [ONNXModel.Dimension]?) {
    self.init()
    var tensorType = WireMessage()
    tensorType.add(1, int: elementType.rawValue)
    if let dimensions {
      var shape = WireMessage()
      for dimension in dimensions {
        var proto = WireMessage()
        switch dimension {
        case .fixed(let size): proto.add(1, int: size)
        case .symbol(let symbol): proto.add(2, string: symbol)
        case .unknown: break
        }
        shape.add(1, message: proto)
      }
      tensorType.add(2, message: shape)
    }
    var proto = WireMessage()
    proto.add(1, message: tensorType)
    add(1, string: name)
    add(2, message: proto)
  }
}
