// swift-tools-version: 6.1
import PackageDescription

/// The targets from the ground up: a target imports only from the ones listed before it.
let package = Package(
  name: "offloadsim",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "StrictJSON"),
    .target(name: "RandomStreams"),
    .target(name: "Inference", dependencies: ["CKernels", "CZlib", "RandomStreams"]),
    .target(name: "ONNX", dependencies: ["Inference"]),
    .target(name: "ModelZoo", dependencies: ["Inference", "RandomStreams"]),
    .target(
      name: "Partitioning", dependencies: ["Inference", "StrictJSON", "RandomStreams"],
      resources: [.embedInCode("Profiles")]),
    .target(name: "Simulation", dependencies: ["Partitioning", "RandomStreams", "StrictJSON"]),
    .target(name: "Results", dependencies: ["Simulation", "Partitioning", "StrictJSON", "CSQLite"]),
    .target(name: "Scenarios", dependencies: ["Simulation", "Partitioning", "Inference", "StrictJSON"]),
    .target(
      name: "Experiments",
      dependencies: [
        "Scenarios", "Results", "Simulation", "Partitioning", "ModelZoo", "ONNX", "Inference", "StrictJSON",
      ]),
    .executableTarget(
      name: "offloadsim",
      dependencies: [
        "Experiments", "Scenarios", "Results", "Simulation", "Partitioning", "ModelZoo", "ONNX", "Inference",
        "RandomStreams",
        "StrictJSON", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Experiments", "Scenarios", "Results", "Simulation", "Partitioning", "ModelZoo", "ONNX", "Inference",
        "RandomStreams", "StrictJSON", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(name: "RandomStreamsTests", dependencies: ["RandomStreams"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "InferenceTests", dependencies: ["Inference", "CKernels", "RandomStreams", "CAllocations"]),
    .testTarget(name: "ONNXTests", dependencies: ["ONNX", "Inference"]),
    .testTarget(name: "ModelZooTests", dependencies: ["ModelZoo", "Inference"]),
    .testTarget(name: "PartitioningTests", dependencies: ["Partitioning", "ModelZoo", "Inference"]),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", "Partitioning", "RandomStreams", "StrictJSON"]),
    .testTarget(
      name: "ResultsTests",
      dependencies: ["Results", "Simulation", "Partitioning", "RandomStreams", "StrictJSON", "CSQLite"],
      exclude: ["schema.sql"]),
    .testTarget(name: "ScenariosTests", dependencies: ["Scenarios", "StrictJSON"]),
    .testTarget(name: "ExperimentsTests", dependencies: ["Experiments", "Scenarios"]),
    .testTarget(name: "CommandTests", dependencies: ["CSQLite"]),
  ],
  swiftLanguageModes: [.v6]
)
