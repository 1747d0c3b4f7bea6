// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Nestwalk",
  products: [
    .library(name: "Nestwalk", targets: ["Nestwalk"]),
    .executable(name: "nestwalk", targets: ["NestwalkCommand"]),
    .executable(name: "nestwalk-bench", targets: ["NestwalkBench"]),
  ],
  targets: [
    // What the hardware does. Imports nothing of ours.
    .target(name: "Paging"),
    // What it costs. Imports nothing of ours.
    .target(name: "Costs"),
    // What the host has. Imports nothing of ours.
    .target(name: "HostMemory"),
    // Numbers with units. Imports nothing of ours.
    .target(name: "Quantities"),
    // Accesses and answers as JSON.
    .target(name: "Records", dependencies: ["Paging"]),
    // What the guest does with its memory.
    .target(name: "Guests", dependencies: ["Paging"]),
    // What a hypervisor does about a fault.
    .target(name: "Hypervisor", dependencies: ["Paging", "HostMemory", "Costs"]),
    // When it happens.
    .target(name: "Simulation", dependencies: ["Costs"]),
    // The questions that the model answers.
    .target(
      name: "Studies",
      dependencies: ["Paging", "HostMemory", "Costs", "Guests", "Hypervisor", "Simulation"]),
    // libyaml's events. Its headers are Debian's libyaml-dev.
    .target(name: "CYaml", linkerSettings: [.linkedLibrary("yaml")]),
    // The files that a user writes: nodes with positions, decoding, encoding; and those that come along.
    .target(
      name: "Scenarios",
      dependencies: [
        "CYaml", "Costs", "Guests", "HostMemory", "Hypervisor", "Paging", "Quantities", "Records",
        "Simulation", "Studies",
      ],
      resources: [
        "textbook-x86-64", "textbook-arm64", "textbook-riscv64", "xeon-8269cy", "skylake-96",
        "kunpeng-920", "phytium-s2500", "ampere-altra",
      ].map { .embedInCode("Profile/Shipped/\($0).yaml") }),
    // One import for everything that is public.
    .target(
      name: "Nestwalk",
      dependencies: [
        "Costs", "HostMemory", "Paging", "Quantities", "Records", "Guests", "Hypervisor", "Studies",
        "Scenarios", "LiveHost", "Reports",
      ]),
    // What every command line needs: arguments, help, files.
    .target(name: "Console", dependencies: ["Quantities", "Records"]),
    // libvirt's functions, bound when they are asked for. Its headers are used where they are.
    .target(name: "CLibvirt", linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread")]),
    // What a real host says.
    .target(
      name: "LiveHost", dependencies: ["CLibvirt", "Console", "Quantities", "Records", "Studies"]),
    // What a reader sees.
    .target(
      name: "Reports",
      dependencies: [
        "Console", "Costs", "Guests", "HostMemory", "Hypervisor", "Quantities", "Records",
        "Simulation", "Studies",
      ]),
    // The command: arguments, files and printing only.
    .executableTarget(
      name: "NestwalkCommand",
      dependencies: [
        "Console", "Costs", "HostMemory", "Paging", "Quantities", "Records", "Guests", "Hypervisor",
        "LiveHost", "Reports", "Scenarios", "Simulation", "Studies",
      ]),
    // The benchmarks, each beside a floor in C.
    .target(name: "CFloor"),
    .executableTarget(
      name: "NestwalkBench",
      dependencies: [
        "CFloor", "Console", "Costs", "Guests", "HostMemory", "Hypervisor", "Paging", "Records",
        "Scenarios", "Studies",
      ]),
    .testTarget(name: "PagingTests", dependencies: ["Paging", "Guests"]),
    .testTarget(name: "CostsTests", dependencies: ["Costs"]),
    .testTarget(
      name: "HypervisorTests",
      dependencies: ["Hypervisor", "Guests", "Paging", "HostMemory", "Costs"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Costs", "Guests", "Scenarios", "Simulation", "Studies"]),
    .testTarget(name: "HostMemoryTests", dependencies: ["HostMemory", "Guests"]),
    .testTarget(name: "QuantitiesTests", dependencies: ["Quantities"]),
    .testTarget(
      name: "ScenariosTests",
      dependencies: [
        "Scenarios", "Costs", "Guests", "HostMemory", "Hypervisor", "Paging", "Quantities",
        "Records", "Simulation", "Studies",
      ],
      exclude: ["Files"]),
    .testTarget(name: "RecordsTests", dependencies: ["Paging", "Records"]),
    .testTarget(name: "LiveHostTests", dependencies: ["LiveHost", "Paging", "Records", "Studies"]),
    .testTarget(name: "GuestsTests", dependencies: ["Guests", "Paging"]),
    .testTarget(
      name: "StudiesTests",
      dependencies: [
        "Studies", "Costs", "Guests", "HostMemory", "Hypervisor", "Paging", "Scenarios",
        "Simulation",
      ]),
    .testTarget(
      name: "NestwalkCommandTests",
      dependencies: [
        "NestwalkCommand", "Console", "Guests", "Paging", "Quantities", "Records",
      ]),
  ]
)

// The same strictness for every Swift target.
for target in package.targets where !["CFloor", "CLibvirt", "CYaml"].contains(target.name) {
  target.swiftSettings = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
  ]
}
