//! Rules are embedded: a changed or new rule file must lead to a new build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=rules");
}
