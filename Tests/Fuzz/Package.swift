// swift-tools-version: 6.2
import PackageDescription

// A package of its own: libFuzzer instruments everything that it is built with, and wants to be `main`.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Nestwalk", path: "../..")],
  targets: [
    .executableTarget(
      name: "FuzzBoots", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "FuzzRecords", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "FuzzFiles", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "FuzzHosts", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "FuzzMigrate", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "FuzzTranslate", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
  ]
)
