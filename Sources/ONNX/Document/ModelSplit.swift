import Inference

/// A model cut in two files: what some nodes need and those nodes, and the rest.
///
/// Values keep their names, so that what the head hands out is what the tail asks for. What is computed from constants
/// alone goes into each part that reads it; what no output needs into neither.
package struct ModelSplit: Sendable {
  /// One side of the cut.
  package struct Part: Sendable {
    package let nodeCount: Int
    package let inputs: [String]
    package let outputs: [String]
    package let model: WrittenModel
  }

  /// A value that crosses the cut.
  package struct Crossing: Sendable {
    package let name: String
    /// `nil` where it is known only at run time.
    package let elementType: ElementType?
    /// With the names that the file gives to open sizes; `nil` where not even the rank is known.
    package let dimensions: [ONNXModel.Dimension]?
    /// For one sample, where the file leaves that open; `nil` where it is known only at run time.
    package let byteCount: Int?
  }

  package let head: Part
  package let tail: Part
  /// In the order in which the file makes them.
  package let crossings: [Crossing]

  /// Cuts after the nodes that the names stand for (nodes, values or modules, as `infer --cut` takes them).
  ///
  /// `externalData` are the names of the files for the elements of head and tail, `nil` for none. Throws `UnknownName`,
  /// and `ModelError` where nothing would cross the cut or a crossing value's type is not known.
  package init(
    _ document: ModelDocument, after cuts: [String], externalData: (head: String, tail: String)? = nil
  ) throws {
    let sides = try CutSides(document, after: cuts)
    let crossing = sides.crossing
    guard !crossing.isEmpty else {
      let names = cuts.map { $0.quoted }.joined(separator: ", ")
      throw ModelError(
        file: document.file,
        "nothing crosses a cut after \(names): no node outside needs what it computes, so that there is no tail")
    }
    let types = CrossingTypes(document, crossing)
    let values = try crossing.map { name in (name, try types.message(for: name)) }
    let messages = Dictionary(values, uniquingKeysWith: { first, _ in first })
    let declared = Dictionary(document.declared.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    func part(_ side: CutSides.Side, external: String?) throws -> Part {
      let members = document.nodes.indices.filter { side.nodes.contains($0) }.map { document.nodes[$0] }
      let made = Set(members.flatMap(\.outputs))
      let read = Set(members.flatMap(\.reads))
      let results = document.outputs.filter { side.outputs.contains($0.name) }
      let isWanted = read.union(results.map(\.name))
      let crossesIn = side.isHead ? [] : crossing
      let crossesOut = side.isHead ? crossing : []
      let networkInputs = document.inputs.filter { isWanted.contains($0.name) || (side.isHead && sides.isUnread($0)) }
      let outputs = results.filter { !crossesOut.contains($0.name) }
      let listed = Set(crossesIn + crossesOut + networkInputs.map(\.name) + outputs.map(\.name))
      let types = members.flatMap(\.outputs).filter { !listed.contains($0) }.compactMap { declared[$0] }
      let part = DocumentPart(
        nodes: members, initializers: document.initializers.filter { isWanted.contains($0.name) },
        inputs: crossesIn.compactMap { messages[$0] } + networkInputs.map { WireMessage(fieldsOf: $0.body) },
        outputs: crossesOut.compactMap { messages[$0] } + outputs.map { WireMessage(fieldsOf: $0.body) },
        declared: types.map { WireMessage(fieldsOf: $0.body) },
        annotations: document.annotations.filter { isWanted.contains($0.tensor) || made.contains($0.tensor) }.map(
          \.body))
      return Part(
        nodeCount: members.count, inputs: crossesIn + networkInputs.map(\.name).filter { !sides.isConstant($0) },
        outputs: crossesOut + outputs.map(\.name), model: try document.written(part, externalData: external))
    }
    head = try part(sides.head, external: externalData?.head)
    tail = try part(sides.tail, external: externalData?.tail)
    crossings = crossing.map { types.crossing(named: $0) }
  }
}
