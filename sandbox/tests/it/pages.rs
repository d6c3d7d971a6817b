//! The pages and their buttons, as a browser uses them.

use std::path::Path;

use remediate_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::setting::Setting;

async fn get(setting: &Setting, path: &str) -> (u16, String) {
    let response = reqwest::get(format!("{}{path}", setting.sandbox.url())).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn submit(url: &str, form: &[(&str, &str)]) -> (u16, String) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let response = client.post(url).form(form).send().await.unwrap();
    let to = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    (response.status().as_u16(), to)
}

#[tokio::test]
async fn a_pull_request_is_read_commented_and_merged_in_the_browser() {
    let setting = Setting::new().await;
    setting.pull("fix").await;
    setting.infra.thread(1).comment("octo-reviewer", "<script>alert(1)</script>\n\n**bold**").unwrap();
    let (status, page) = get(&setting, "/acme/infra/pull/1").await;
    assert_eq!(status, 200);
    assert!(page.contains("# changed") && page.contains("<strong>bold</strong>") && !page.contains("<script"), "{page}");
    let url = format!("{}/acme/infra/pull/1", setting.sandbox.url());
    submit(&format!("{url}/comment"), &[("body", "/remediate help"), ("user", "octo-reviewer")]).await;
    assert_eq!(setting.infra.thread(1).comments().last().unwrap().body, "/remediate help");
    let (status, to) = submit(&format!("{url}/merge"), &[("user", "octo-reviewer")]).await;
    assert_eq!((status, to.as_str()), (303, "/acme/infra/pull/1"));
    assert!(setting.infra.thread(1).pull().unwrap().merged_at.is_some());
    for path in ["/", "/acme", "/acme/infra", "/acme/infra/pulls", "/acme/infra/issues", "/acme/infra/blob/main/main.tf", "/-/deliveries"] {
        assert_eq!(get(&setting, path).await.0, 200, "{path}");
    }
    assert_eq!(get(&setting, "/acme/nothing").await.0, 404);
}

#[tokio::test]
async fn an_app_is_made_from_a_manifest_and_its_code_works_once() {
    let setting = Setting::new().await;
    let manifest = json!({
        "name": "Second Bot", "url": "http://127.0.0.1", "redirect_url": "http://127.0.0.1:9/back", "hook_attributes": { "url": "http://127.0.0.1:9/hook" },
        "default_permissions": { "contents": "write" }, "default_events": ["push"],
    }).to_string();
    let (status, page) =
        get(&setting, &format!("/organizations/acme/settings/apps/new?manifest={}", manifest.replace('"', "%22").replace(' ', "%20")))
            .await;
    assert!(status == 200 && page.contains("contents: write"), "{page}");
    let form = [("owner", "acme"), ("manifest", manifest.as_str()), ("state", "s1")];
    let (status, back) = submit(&format!("{}/-/apps", setting.sandbox.url()), &form).await;
    assert_eq!(status, 303);
    let code = back.strip_prefix("http://127.0.0.1:9/back?code=").unwrap().strip_suffix("&state=s1").unwrap().to_string();
    let path = format!("/app-manifests/{code}/conversions");
    let made = reqwest::Client::new().post(format!("{}{path}", setting.sandbox.url())).send().await.unwrap();
    assert_eq!(made.status().as_u16(), 201);
    let made: Value = made.json().await.unwrap();
    assert_eq!(made["slug"], "second-bot");
    assert!(made["pem"].as_str().unwrap().starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    let again = reqwest::Client::new().post(format!("{}{path}", setting.sandbox.url())).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 404);
}

#[tokio::test]
async fn the_demo_organisation_loads_and_lacks_what_its_finding_is_about() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/demo");
    assert_eq!(sandbox.load_organisation(&folder).unwrap(), "acme");
    let module = sandbox.repository("acme/platform-infra").unwrap().read("main", "modules/customer-data/main.tf").unwrap();
    assert!(module.contains("\"${var.env}-customer-data-backups\"") && !module.contains("server_side_encryption"));
}
