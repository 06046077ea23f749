import Inference

/// A tensor in a file of its own: a serialised ONNX `TensorProto`, as ONNX's test data are and `infer` reads and writes.
public enum TensorFile {
  /// The tensor of a file and its name (`""` where it has none).
  ///
  /// Throws `ModelError`.
  public static func read(_ path: String) throws -> (name: String, tensor: Tensor) {
    try read(ByteSource(mapping: path))
  }

  /// The tensor serialised in `bytes`; `source` is what messages call them.
  public static func decode(_ bytes: [UInt8], source: String) throws -> (name: String, tensor: Tensor) {
    try read(ByteSource(bytes, name: source))
  }

  /// Writes a tensor; an existing file is replaced only once the new one is complete.
  ///
  /// Throws `ModelError`.
  public static func write(_ tensor: Tensor, name: String, to path: String) throws {
    try WireFile.write(WireMessage(tensor: tensor, name: name), to: path)
  }

  /// The tensor serialised.
  public static func encode(_ tensor: Tensor, name: String) -> [UInt8] {
    WireMessage(tensor: tensor, name: name).serialized()
  }

  private static func read(_ source: ByteSource) throws -> (name: String, tensor: Tensor) {
    let message: TensorMessage
    do { message = try TensorMessage(source.all) } catch let error as ModelError {
      throw ModelError(file: error.file, "no serialised tensor (TensorProto): \(error.message)")
    }
    var decoder = TensorDecoder(source: source)
    return (message.name, try decoder.tensor(message, "tensor \(message.name.quoted)"))
  }
}
