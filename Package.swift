// swift-tools-version: 6.2
//
// Rein: reinforcement learning from human feedback, with reins on.
//
// Dependencies between targets point down only; the list below is in that order, lowest first.
// Targets marked ∅ know no tensors. `REIN_TENSORLESS=1 swift test` leaves every other target out, so that they build
// and pass their tests on a machine without libtorch. Scripts/setup says where libtorch comes from.

import PackageDescription

let isTensorless = Context.environment["REIN_TENSORLESS"] != nil

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

// MARK: Targets that know no tensors (∅)

let tensorless: [Target] = [
  .target(name: "Files"),
  .target(name: "Tokenization", dependencies: [heap]),
  .target(name: "Programs"),
  .target(name: "Environments", dependencies: ["Programs"]),
  .target(name: "Feedback", dependencies: ["Files", "Tokenization"]),
  .target(name: "RunRecords", dependencies: ["Files", protobuf]),
  .target(name: "Reports"),
  .target(name: "Pessimism"),
  .target(name: "Monitors"),
  .testTarget(
    name: "TokenizationTests", dependencies: ["Tokenization"], resources: [.copy("Fixtures")]),
  .testTarget(
    name: "EnvironmentsTests", dependencies: ["Environments", "Programs"],
    resources: [.copy("Fixtures")]),
  .target(name: "FileTestSupport", path: "Tests/FileTestSupport"),
  .testTarget(name: "FilesTests", dependencies: ["Files", "FileTestSupport"]),
  .testTarget(
    name: "FeedbackTests", dependencies: ["Feedback", "Files", "FileTestSupport", "Tokenization"],
    resources: [.copy("Fixtures")]),
  .testTarget(name: "RunRecordsTests", dependencies: ["Files", "FileTestSupport", "RunRecords"]),
  .testTarget(
    name: "ReportsTests", dependencies: ["Reports"], resources: [.copy("Fixtures")]),
  .testTarget(name: "PessimismTests", dependencies: ["Environments", "Pessimism"]),
  .testTarget(
    name: "MonitorsTests", dependencies: ["Environments", "Monitors"],
    resources: [.copy("Fixtures")]),
]

// MARK: Targets over libtorch

let tensors: [Target] = [
  .systemLibrary(name: "CLibtorch", pkgConfig: "libtorch"),
  .target(name: "CTorch", dependencies: ["CLibtorch"]),
  .target(name: "Torch", dependencies: ["CTorch"]),
  .target(name: "NeuralNetworks", dependencies: ["Files", "Torch"]),
  .target(name: "PolicyOptimization", dependencies: ["Torch"]),
  .target(
    name: "LanguageModels", dependencies: ["NeuralNetworks", "PolicyOptimization", "Torch"]),
  .target(
    name: "Rewards", dependencies: ["Feedback", "Files", "LanguageModels", "Programs", "Torch"]),
  .target(
    name: "Training",
    dependencies: [
      "Environments", "Feedback", "Files", "LanguageModels", "NeuralNetworks", "PolicyOptimization",
      "Rewards", "RunRecords",
      "Tokenization",
      "Torch",
    ]),
  .target(
    name: "Experiments",
    dependencies: [
      "Environments", "Feedback", "Files", "LanguageModels", "NeuralNetworks", "Pessimism",
      "PolicyOptimization", "Reports", "Rewards",
      "RunRecords", "Tokenization", "Torch", "Training",
    ]),
  .executableTarget(
    name: "rein",
    dependencies: [
      "Experiments", "Feedback", "Files", "LanguageModels", "NeuralNetworks", "PolicyOptimization",
      "Reports",
      "Rewards", "RunRecords", "Tokenization", "Torch", "Training", argumentParser, yams,
    ]),
  .target(
    name: "TensorTestSupport",
    dependencies: ["LanguageModels", "NeuralNetworks", "Tokenization", "Torch"],
    path: "Tests/TensorTestSupport"),
  .target(name: "PretendCUDA", dependencies: ["CLibtorch"], path: "Tests/PretendCUDA"),
  .testTarget(name: "TorchTests", dependencies: ["Torch", "TensorTestSupport"]),
  .testTarget(
    name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "Torch", "TensorTestSupport"]),
  .testTarget(
    name: "PolicyOptimizationTests",
    dependencies: ["PolicyOptimization", "Torch", "TensorTestSupport"]),
  .testTarget(
    name: "LanguageModelsTests",
    dependencies: [
      "LanguageModels", "NeuralNetworks", "PolicyOptimization", "Torch", "TensorTestSupport",
    ],
    resources: [.copy("Fixtures")]),
  .testTarget(
    name: "RewardsTests",
    dependencies: [
      "Feedback", "Files", "LanguageModels", "Programs", "Rewards", "Torch", "TensorTestSupport",
    ],
    resources: [.copy("Fixtures")]),
  .testTarget(
    name: "TrainingTests",
    dependencies: [
      "Environments", "Feedback", "Files", "LanguageModels", "NeuralNetworks", "PolicyOptimization",
      "PretendCUDA", "Rewards", "RunRecords",
      "TensorTestSupport", "Tokenization", "Torch", "Training",
    ],
    resources: [.copy("Fixtures")]),
  .testTarget(
    name: "ExperimentsTests",
    dependencies: [
      "Environments",
      "Experiments", "LanguageModels", "NeuralNetworks", "Pessimism", "PolicyOptimization",
      "Reports", "Rewards", "TensorTestSupport", "Torch", "Training",
    ]),
  .testTarget(
    name: "reinTests",
    dependencies: [
      "Experiments", "LanguageModels", "NeuralNetworks", "Rewards", "TensorTestSupport",
      "Tokenization", "Torch", "Training", "rein", yams,
    ]),
]

let package = Package(
  name: "Rein",
  platforms: [.macOS(.v15)],
  products: (tensorless + (isTensorless ? [] : tensors))
    .filter {
      $0.type == .regular && $0.name != "CTorch" && $0.name != "PretendCUDA"
        && !$0.name.hasSuffix("TestSupport")
    }
    .map { .library(name: $0.name, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ]
    + (isTensorless
      ? []
      : [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
      ]),
  targets: isTensorless ? tensorless : tensorless + tensors,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)

// One set of rules for every Swift target.
for target in package.targets
where target.type != .system
  && !["CTorch", "PretendCUDA"].contains(target.name)
{
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ]
}
