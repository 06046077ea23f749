import Inference

/// A model to be written: the message, and the elements that stand in a file of their own.
package struct WrittenModel: Sendable {
  package let message: WireMessage
  /// What the file beside the model holds; empty where there is none.
  let external: [WireMessage.Piece]

  /// Writes the model, and beside it the file of its elements if it has one, under temporary names.
  ///
  /// Throws `ModelError`, and then leaves nothing behind.
  package func stage(at path: String) throws -> [StagedFile] {
    var files: [StagedFile] = []
    do {
      // The elements come first: a model without them would be no use.
      if !external.isEmpty { files.append(try StagedFile(pieces: external, for: path + ExternalLayout.suffix)) }
      files.append(try StagedFile(message, for: path))
    } catch {
      for file in files { file.discard() }
      throw error
    }
    return files
  }
}

/// Places elements in a file beside the model, each at a multiple of 4096 as ONNX asks for.
struct ExternalLayout {
  /// What the file is called after the model's name.
  static let suffix = ".data"

  private static let alignment = 4096
  /// Smaller tensors (shapes, scalars) stay in the model.
  static let smallestBytes = 1024

  /// The file's name, without folder.
  let location: String
  private(set) var pieces: [WireMessage.Piece] = []
  private var byteCount = 0

  init(location: String) { self.location = location }

  /// Adds elements, and returns where they begin.
  mutating func place(_ slice: ByteSlice) -> Int {
    let gap = (Self.alignment - byteCount % Self.alignment) % Self.alignment
    if gap > 0 { pieces.append(.bytes([UInt8](repeating: 0, count: gap))) }
    let offset = byteCount + gap
    pieces.append(.slice(slice))
    byteCount = offset + slice.count
    return offset
  }
}

/// What of a document is written: all of it, or the part on one side of a cut.
struct DocumentPart {
  var nodes: [ModelDocument.Node]
  var initializers: [ModelDocument.Initializer]
  /// `ValueInfoProto`s.
  var inputs: [WireMessage]
  var outputs: [WireMessage]
  var declared: [WireMessage]
  var annotations: [ByteSlice]
}

extension ModelDocument {
  /// The whole model.
  ///
  /// Its elements go into a file named `externalData`, or all into the model where that is `nil`.
  package func written(externalData: String? = nil) throws -> WrittenModel {
    func messages(_ values: [Declared]) -> [WireMessage] { values.map { WireMessage(fieldsOf: $0.body) } }
    return try written(
      DocumentPart(
        nodes: nodes, initializers: initializers, inputs: messages(inputs), outputs: messages(outputs),
        declared: messages(declared), annotations: annotations.map(\.body)), externalData: externalData)
  }

  func written(_ part: DocumentPart, externalData: String?) throws -> WrittenModel {
    /// The bytes of a length that is not known yet when what follows it is placed; enough for 32 GiB.
    let lengthWidth = 5
    var layout = externalData.map(ExternalLayout.init)
    var graph = WireMessage()
    let start = header.byteCount + 1 + lengthWidth
    for initializer in part.initializers {
      let place = start + graph.byteCount + 1 + lengthWidth
      graph.add(
        initializer.field, message: try message(of: initializer, startingAt: place, &layout), lengthWidth: lengthWidth)
    }
    for node in part.nodes { graph.add(1, slice: node.body) }
    graph.append(graphHeader)
    for value in part.inputs { graph.add(11, message: value) }
    for value in part.outputs { graph.add(12, message: value) }
    for value in part.declared { graph.add(13, message: value) }
    for annotation in part.annotations { graph.add(14, slice: annotation) }
    var model = header
    model.add(7, message: graph, lengthWidth: lengthWidth)
    return WrittenModel(message: model, external: layout?.pieces ?? [])
  }

  /// The `TensorProto`, whose first byte is to stand at `start` of the file.
  ///
  /// Elements in `raw_data` are put at a multiple of 64, by spaces for documentation, so that they can be used where
  /// they are. A tensor that has documentation is left as it is.
  private func message(
    of initializer: Initializer, startingAt start: Int, _ layout: inout ExternalLayout?
  ) throws -> WireMessage {
    guard initializer.field == 5 else { return WireMessage(fieldsOf: initializer.body) }
    let tensor = try TensorMessage(initializer.body)
    guard let elements = initializer.external ?? tensor.rawData else { return WireMessage(fieldsOf: initializer.body) }
    var (fields, isDocumented) = (WireMessage(), false)
    var reader = WireReader(initializer.body)
    while let field = try reader.next() {
      switch field.number {
      case 9, 13, 14: continue
      case 12:
        let text = try field.bytes()
        if text.bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
        isDocumented = true
      default: break
      }
      fields.append(ByteSlice(source: initializer.body.source, range: field.offset..<reader.position))
    }
    if elements.count >= ExternalLayout.smallestBytes, let offset = layout?.place(elements), let layout {
      for (key, value) in [("location", layout.location), ("offset", "\(offset)"), ("length", "\(elements.count)")] {
        var entry = WireMessage()
        entry.add(1, string: key)
        entry.add(2, string: value)
        fields.add(13, message: entry)
      }
      fields.add(14, int: 1)
      return fields
    }
    if !isDocumented { fields.addPadding(before: elements.count, startingAt: start) }
    fields.add(9, slice: elements)
    return fields
  }
}

extension WireMessage {
  /// A message of the fields of another file's one.
  init(fieldsOf body: ByteSlice) {
    self.init()
    append(body)
  }

  /// Spaces for documentation that put a field of `count` bytes at a multiple of 64 of the file.
  mutating func addPadding(before count: Int, startingAt start: Int) {
    var elements = WireMessage()
    elements.add(9, string: "")
    var length = count
    var keys = elements.byteCount
    while length >= 0x80 {
      keys += 1
      length >>= 7
    }
    let end = start + byteCount + 2 + keys
    add(12, string: String(repeating: " ", count: (64 - end % 64) % 64))
  }
}
