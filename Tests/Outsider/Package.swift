// swift-tools-version: 6.2
import PackageDescription

// A package that depends on Nestwalk as anybody's would: it sees what is public and nothing else. It
// holds the examples of the README and of the documentation, and running it checks them.
let package = Package(
  name: "Outsider",
  dependencies: [.package(name: "Nestwalk", path: "../..")],
  targets: [
    .executableTarget(
      name: "Outsider", dependencies: [.product(name: "Nestwalk", package: "Nestwalk")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
